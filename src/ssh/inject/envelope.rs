//! What a document is wrapped in, and what kind it is: gzip around, MIME within, or plain.
//!
//! The first line decides, as cloud-init's does (user-data formats, 26.2).

use std::io::{Read as _, Write as _};

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};

use super::{
    mime::Message,
    refusal::{Fault, Refusal},
};

const LARGEST_UNPACKED: u64 = 16 * 1024 * 1024;
const GZIP: &[u8] = &[0x1f, 0x8b];

/// The text of a file, and whether it came compressed.
#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) text: String,
    pub(super) compressed: bool,
}

#[derive(Debug)]
pub(super) enum Content {
    CloudConfig,
    Mime(Message),
}

impl Envelope {
    pub(super) fn open(bytes: &[u8]) -> Result<Self, Refusal> {
        let compressed = bytes.starts_with(GZIP);
        let plain = if compressed { unpacked(bytes).ok_or_else(|| Fault::Unpacked.at(None))? } else { bytes.to_vec() };
        let text = String::from_utf8(plain).map_err(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            Fault::NotText.at(1 + before.iter().filter(|byte| **byte == b'\n').count() as u32)
        })?;
        Ok(Self { text, compressed })
    }

    pub(super) fn content(&self) -> Result<Content, Refusal> {
        let first = self.text.lines().next().unwrap_or_default().trim_end();
        if first.starts_with('\u{feff}') {
            return Err(Fault::ByteOrderMark.at(1));
        }
        if first.trim_start().starts_with("## template:") {
            return Err(Fault::Jinja.at(1));
        }
        let foreign = [
            ("#cloud-config-archive", Fault::Archive),
            ("#cloud-config-jsonp", Fault::Jsonp),
            ("#cloud-boothook", Fault::Boothook),
            ("#include", Fault::Include),
            ("#part-handler", Fault::PartHandler),
            ("#!", Fault::Script),
        ];
        if let Some((_, fault)) = foreign.iter().find(|(start, _)| first.starts_with(start)) {
            return Err(fault.at(1));
        }
        match Message::parse(&self.text)? {
            Some(message) => Ok(Content::Mime(message)),
            None => Ok(Content::CloudConfig),
        }
    }

    /// The file with this text in the place of its own.
    pub(super) fn close(&self, text: String) -> Result<Vec<u8>, Refusal> {
        if !self.compressed {
            return Ok(text.into_bytes());
        }
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(text.as_bytes()).and_then(|()| packer.finish()).map_err(|_| Fault::Unpacked.at(None))
    }
}

/// What gzip holds, if it is gzip, whole and not a bomb.
pub(super) fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.starts_with(GZIP) {
        return None;
    }
    let mut plain = Vec::new();
    MultiGzDecoder::new(bytes).take(LARGEST_UNPACKED + 1).read_to_end(&mut plain).ok()?;
    (plain.len() as u64 <= LARGEST_UNPACKED).then_some(plain)
}
