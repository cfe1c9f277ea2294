//! What an object store's refusals mean, and what to do about them.
//!
//! Invariant: the store's own words are never repeated; its errors carry whole answers.

use std::error::Error as _;

use object_store::Error;

use crate::ledger::{
    backend::StateFault,
    fault::unavailable,
    url::{ObjectService, ObjectUrl},
};

/// The condition of a write does not hold.
pub(super) fn is_refusal(error: &Error) -> bool {
    // Google and S3 say `not found` to a replacement of what is not there.
    matches!(error, Error::AlreadyExists { .. } | Error::Precondition { .. })
}

pub(super) fn of(url: &ObjectUrl, error: &Error) -> StateFault {
    let (why, help) = match error {
        Error::NotFound { .. } => ("there is no such bucket or container".to_owned(), "create it, or correct the URL"),
        Error::PermissionDenied { .. } => ("the login lacks the right".to_owned(), rights(url.service)),
        Error::Unauthenticated { .. } => ("the login is not accepted".to_owned(), login(url.service)),
        Error::NotImplemented { .. } | Error::NotSupported { .. } => {
            ("it has no conditional writes".to_owned(), "use a service that has them, or postgres:")
        }
        _ => transport(error),
    };
    unavailable(format!("{url} cannot be used: {why}"), help)
}

fn transport(error: &Error) -> (String, &'static str) {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(http) = cause.downcast_ref::<object_store::client::HttpError>() {
            let why = format!("{:?} while it was asked", http.kind()).to_lowercase();
            return (why, "see whether the address is right and reachable from here");
        }
        source = cause.source();
    }
    let help = "check bucket, region and credentials; run again if the service is in trouble";
    ("it did not answer as it should".to_owned(), help)
}

fn rights(service: ObjectService) -> &'static str {
    match service {
        ObjectService::Azure => "give it the role Storage Blob Data Contributor on the container",
        ObjectService::Google => "give it roles/storage.objectUser on the bucket",
        ObjectService::S3 => "give it s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject",
    }
}

fn login(service: ObjectService) -> &'static str {
    match service {
        ObjectService::Azure => "set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or an identity's variables",
        ObjectService::Google => "set GOOGLE_APPLICATION_CREDENTIALS",
        ObjectService::S3 => "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    }
}
