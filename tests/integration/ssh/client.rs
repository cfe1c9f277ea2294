//! What the client is given and what it must not use: keys in arguments, agents, shared connections, configurations.

use std::{fs, path::PathBuf, process::Command};

use esc_sync::ssh::{Identity, LoginCause, Remote, SshOptions, SystemSsh};

use super::rig::{Rig, mode};

/// A program in the place of `ssh` that notes what it was given before it becomes it.
fn wrapper(rig: &Rig, ahead: &str) -> SshOptions {
    let (file, ssh) = (rig.folder().join("wrapper"), rig.options().program);
    let seen = rig.folder().join("seen");
    let text = format!(
        "#!/bin/sh\ncat /proc/$$/cmdline /proc/$$/environ >>'{}'\n{ahead}\nexec '{}' \"$@\"\n",
        seen.display(),
        ssh.display()
    );
    fs::write(&file, text).expect("written");
    mode(&file, 0o700);
    SshOptions { program: file, ..rig.options() }
}

fn seen(rig: &Rig) -> String {
    String::from_utf8_lossy(&fs::read(rig.folder().join("seen")).expect("the wrapper ran")).replace('\0', "\n")
}

fn locked(rig: &Rig, passphrase: Option<&str>) -> Identity {
    let mut key = rig.key_with("locked", "open sesame");
    key.passphrase = passphrase.map(Into::into);
    key
}

#[tokio::test]
async fn c11_no_key_is_in_the_arguments_or_the_environment() {
    let rig = Rig::new();
    let server = rig.serve("a", &[]);
    let (key, new) = (locked(&rig, Some("open sesame")), rig.key("new"));
    server.authorize(&[&key]);
    let ssh = SystemSsh::new(wrapper(&rig, ""));
    ssh.install(&server.machine(), &key, &new.public).await.expect("installed");
    ssh.remove(&server.machine(), &new, &key.public).await.expect("removed");
    let seen = seen(&rig);
    let inherited: Vec<_> =
        seen.lines().filter(|line| line.starts_with("HOME=") || line.starts_with("CARGO")).collect();
    assert!(seen.contains("IdentitiesOnly=yes") && inherited.is_empty(), "{seen}");
    let private = fs::read_to_string(&new.file).expect("a private half");
    let bodies = private.lines().filter(|line| !line.starts_with("---")).map(str::to_owned);
    for part in bodies.chain([key.public.body(), new.public.body(), "open sesame".to_owned()]) {
        assert!(!seen.contains(&part), "{seen}");
    }
}

#[tokio::test]
async fn c11_a_locked_key_is_opened_by_an_agent_that_ends_with_the_login() {
    let rig = Rig::new();
    let server = rig.serve("a", &[]);
    server.authorize(&[&locked(&rig, None)]);
    let ssh = SystemSsh::new(wrapper(&rig, ""));
    ssh.prove(&server.machine(), &locked(&rig, Some("open sesame"))).await.expect("opened");
    let seen = seen(&rig);
    let socket = seen.lines().find_map(|line| line.strip_prefix("IdentityAgent=")).expect("an agent");
    assert!(!PathBuf::from(socket.trim_matches('"')).parent().expect("a folder").exists());
    for passphrase in [Some("wrong"), None] {
        let fault = rig.ssh().prove(&server.machine(), &locked(&rig, passphrase)).await.expect_err("locked");
        assert_eq!(fault.cause, LoginCause::Client, "{fault:?}");
    }
}

/// The operator's agent holds the key that opens the door, and so does a connection that is open already.
#[tokio::test]
async fn c11_agents_shared_connections_and_configurations_prove_nothing() {
    let rig = Rig::new();
    let server = rig.serve("a", &[]);
    let (old, new) = (rig.key("old"), rig.key("new"));
    server.authorize(&[&new]);
    let (machine, control, agent) = (server.machine(), rig.folder().join("control"), rig.folder().join("agent"));
    let config = rig.folder().join("config a%b");
    let text = format!(
        "Host *\n  IdentityFile {}\n  IdentityAgent {}\n  ControlMaster auto\n  ControlPath {}\n",
        new.file.display(),
        agent.display(),
        control.display()
    );
    fs::write(&config, text).expect("written");
    let mut serve = Command::new("ssh-agent");
    let mut serving =
        serve.args(["-D", "-a"]).arg(&agent).stdout(std::process::Stdio::piped()).spawn().expect("an agent");
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(serving.stdout.take().expect("piped")),
        &mut String::new(),
    )
    .expect("it names its socket");
    let added = Command::new("ssh-add").arg("-q").arg(&new.file).env("SSH_AUTH_SOCK", &agent).status();
    assert!(added.expect("ssh-add is installed").success());
    let known = format!("UserKnownHostsFile={}", rig.known_hosts().display());
    let mut master = Command::new("ssh");
    master.arg("-F").arg(&config).args(["-o", &known, "-o", "ControlPersist=yes", "-f", "-N", "-p"]);
    let shared = master.arg(machine.port.to_string()).arg("root@127.0.0.1").status().expect("ssh is installed");
    assert!(shared.success() && control.exists(), "the operator's own connection stands");

    let around = format!("export SSH_AUTH_SOCK='{}'", agent.display());
    let options = SshOptions { config: Some(config.clone()), ..wrapper(&rig, &around) };
    let refused = SystemSsh::new(options.clone()).prove(&machine, &old).await.expect_err("not its key");
    assert_eq!(refused.cause, LoginCause::KeyRefused, "{refused:?}");
    SystemSsh::new(options).prove(&machine, &new).await.expect("its own key");
    let mut end = Command::new("ssh");
    let ended =
        end.arg("-F").arg(&config).args(["-O", "exit", "-p", &machine.port.to_string(), "root@127.0.0.1"]).output();
    assert!(ended.expect("ssh is installed").status.success());
    serving.kill().expect("our own agent");
    serving.wait().expect("it ended");
}

/// A bastion is the operator's: reached by the operator's configuration, the machine by one key alone.
#[tokio::test]
async fn c11_a_bastion_of_the_configuration_is_used() {
    let rig = Rig::new();
    let (bastion, server) = (rig.serve("bastion", &[]), rig.serve("a", &[]));
    let (door, key) = (rig.key("door"), rig.key("old"));
    bastion.authorize(&[&door]);
    server.authorize(&[&key]);
    let config = rig.folder().join("config");
    let text = format!(
        "Host bastion\n  HostName 127.0.0.1\n  Port {}\n  User root\n  IdentityFile {}\n  UserKnownHostsFile {}\n\
         Host inner\n  HostName 127.0.0.1\n  ProxyJump bastion\n",
        bastion.machine().port,
        door.file.display(),
        rig.known_hosts().display()
    );
    fs::write(&config, text).expect("written");
    let machine = esc_sync::ssh::Machine { host: "inner".into(), ..server.machine() };
    let ssh = SystemSsh::new(SshOptions { config: Some(config), ..rig.options() });
    ssh.prove(&machine, &key).await.expect("through the bastion");
    assert!(bastion.log().contains(door.fingerprint.as_str()), "{}", bastion.log());
    assert!(!bastion.log().contains(key.fingerprint.as_str()) && !server.log().contains(door.fingerprint.as_str()));
    bastion.authorize(&[&key]);
    let fault = ssh.prove(&machine, &key).await.expect_err("the bastion refuses");
    assert_eq!(fault.cause, LoginCause::NotReached, "{fault:?}");
}
