//! What systemd is told: readiness, reloads, the watchdog, one line of status (`sd_notify(3)`).
//!
//! Datagrams to the socket that `NOTIFY_SOCKET` names, at once or not at all: nothing here waits, and nothing fails
//! that anybody would have to know of. Without such a socket nobody is told anything.

use std::{os::unix::net::UnixDatagram, path::Path, time::Duration};

use crate::model::printable;

/// Whoever started the service.
#[derive(Debug, Default)]
pub struct Manager {
    socket: Option<UnixDatagram>,
    /// Who is silent for so long is killed and started again.
    watchdog: Option<Duration>,
}

/// What it can be told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State<'a> {
    Ready,
    /// Followed by `Ready` once it is done.
    Reloading,
    Status(&'a str),
    Stopping,
    Watchdog,
}

impl Manager {
    /// Found by the variables of this process, whose id is `pid`.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>, pid: u32) -> Self {
        let is_for_us = variable("WATCHDOG_PID").is_none_or(|text| text.parse() == Ok(pid));
        let micros = variable("WATCHDOG_USEC").and_then(|text| text.parse::<u64>().ok()).filter(|micros| *micros > 0);
        Self {
            socket: variable("NOTIFY_SOCKET").and_then(|name| connected(&name).ok()),
            watchdog: micros.filter(|_| is_for_us).map(Duration::from_micros),
        }
    }

    /// How often it wants to hear that the service lives: at half the time after which it would act.
    pub fn watchdog_beat(&self) -> Option<Duration> {
        self.socket.as_ref().and(self.watchdog).map(|limit| limit / 2)
    }

    pub fn tell(&self, states: &[State<'_>]) {
        let Some(socket) = &self.socket else { return };
        let text: String = states.iter().map(|state| line(*state)).collect();
        // A manager that does not listen is no reason to do anything else than before.
        let _ = socket.send(text.as_bytes());
    }
}

fn line(state: State<'_>) -> String {
    match state {
        State::Ready => "READY=1\n".to_owned(),
        // `Type=notify-reload` takes the time to know which reload is meant.
        State::Reloading => format!("RELOADING=1\nMONOTONIC_USEC={}\n", monotonic_micros()),
        State::Status(text) => format!("STATUS={}\n", printable(text, 200)),
        State::Stopping => "STOPPING=1\n".to_owned(),
        State::Watchdog => "WATCHDOG=1\n".to_owned(),
    }
}

fn monotonic_micros() -> i64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
}

/// A name with `@` in front stands in the abstract namespace, any other in the file system.
fn connected(name: &str) -> std::io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    match name.strip_prefix('@') {
        #[cfg(target_os = "linux")]
        Some(name) => {
            use std::os::{linux::net::SocketAddrExt as _, unix::net::SocketAddr};
            socket.connect_addr(&SocketAddr::from_abstract_name(name)?)?;
        }
        _ => socket.connect(Path::new(name))?,
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(socket: &UnixDatagram) -> String {
        let mut buffer = [0; 1_024];
        let length = socket.recv(&mut buffer).expect("a datagram");
        String::from_utf8(buffer[..length].to_vec()).expect("text")
    }

    fn manager(variables: &[(&str, &str)]) -> Manager {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Manager::from_variables(find, 7)
    }

    #[test]
    fn a_socket_in_the_abstract_namespace_is_told_line_by_line() {
        use std::os::{linux::net::SocketAddrExt as _, unix::net::SocketAddr};
        let name = format!("esc-sync-notify-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let socket = UnixDatagram::bind_addr(&address).expect("a socket");
        let manager = manager(&[("NOTIFY_SOCKET", &format!("@{name}"))]);
        manager.tell(&[State::Ready, State::Status("healthy\nERRNO=1")]);
        assert_eq!(received(&socket), "READY=1\nSTATUS=healthy\u{fffd}ERRNO=1\n");
        manager.tell(&[State::Reloading]);
        let reloading = received(&socket);
        let micros = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").expect("its time");
        assert!(micros.trim_end().parse::<u64>().is_ok_and(|micros| micros > 0));
        manager.tell(&[State::Stopping, State::Watchdog]);
        assert_eq!(received(&socket), "STOPPING=1\nWATCHDOG=1\n");
        drop(socket);
        manager.tell(&[State::Ready]);
    }

    #[test]
    fn the_watchdog_is_ours_only_if_it_waits_for_this_process() {
        let socket = format!("@esc-sync-watchdog-{}", std::process::id());
        let _listening = {
            use std::os::{linux::net::SocketAddrExt as _, unix::net::SocketAddr};
            UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&socket[1..]).expect("a name")).expect("bound")
        };
        let with = |watchdog: &[(&str, &str)]| {
            let variables: Vec<_> = watchdog.iter().copied().chain([("NOTIFY_SOCKET", socket.as_str())]).collect();
            manager(&variables).watchdog_beat()
        };
        assert_eq!(with(&[("WATCHDOG_USEC", "20000000")]), Some(Duration::from_secs(10)));
        assert_eq!(with(&[("WATCHDOG_USEC", "20000000"), ("WATCHDOG_PID", "7")]), Some(Duration::from_secs(10)));
        assert_eq!(with(&[("WATCHDOG_USEC", "20000000"), ("WATCHDOG_PID", "8")]), None);
        assert_eq!((with(&[]), with(&[("WATCHDOG_USEC", "x")]), with(&[("WATCHDOG_USEC", "0")])), (None, None, None));
        assert_eq!(manager(&[("WATCHDOG_USEC", "20000000")]).watchdog_beat(), None);
    }
}
