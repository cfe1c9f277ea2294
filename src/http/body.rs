//! The body of an answer, within a limit and in memory that is wiped.

use zeroize::Zeroizing;

use super::{HttpError, error::classify};

/// Reads all of `answer`; more than `limit` bytes after decompression are refused (failure case E4).
pub(super) async fn read(mut answer: reqwest::Response, limit: usize) -> Result<Zeroizing<Vec<u8>>, HttpError> {
    let announced = answer.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(HttpError::TooLarge { limit });
    }
    let mut body = Zeroizing::new(Vec::with_capacity(usize::try_from(announced).unwrap_or(0)));
    while let Some(chunk) = answer.chunk().await.map_err(|error| classify(&error))? {
        if body.len() + chunk.len() > limit {
            return Err(HttpError::TooLarge { limit });
        }
        append(&mut body, &chunk);
    }
    Ok(body)
}

/// Appends, moving to a larger buffer by hand: `Vec` would leave the old one unwiped.
fn append(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    if body.capacity() - body.len() < chunk.len() {
        let capacity = (body.capacity() * 2).max(body.len() + chunk.len()).max(16 * 1024);
        let mut larger = Zeroizing::new(Vec::with_capacity(capacity));
        larger.extend_from_slice(body);
        *body = larger;
    }
    body.extend_from_slice(chunk);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_grow_without_losing_a_byte() {
        let mut body = Zeroizing::new(Vec::new());
        let chunks: Vec<Vec<u8>> = (0..200_u8).map(|byte| vec![byte; 1_000]).collect();
        for chunk in &chunks {
            append(&mut body, chunk);
        }
        assert_eq!(body.as_slice(), chunks.concat());
    }
}
