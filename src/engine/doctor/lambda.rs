//! Lambda: looked at only for commands about the machines' key, and only if the mapping's ssh block names it.

use super::{Doctor, OFFLINE, door, skipped, unread};
use crate::model::{Stage, StageKind};

const DOOR: door::Kinds = [StageKind::LambdaNetwork, StageKind::LambdaTls, StageKind::LambdaClock];

pub(super) async fn look(doctor: &Doctor<'_>) -> Vec<Stage> {
    let Some(ssh) = doctor.mapping.ssh.as_deref().filter(|_| doctor.errand.lambda) else { return Vec::new() };
    if ssh.lambda_key_name.is_none() && !ssh.lambda_instances {
        return Vec::new();
    }
    let (mut stages, reached) = door::look(doctor, doctor.lambda.as_ref(), DOOR).await;
    let login = match doctor.stores.lambda() {
        _ if doctor.offline => skipped(StageKind::LambdaLogin, "", OFFLINE),
        Err(why) => unread(StageKind::LambdaLogin, "", &why),
        Ok(_) if !reached => skipped(StageKind::LambdaLogin, "", "Lambda cannot be reached"),
        // A key of Lambda's may do everything; there is no right to ask for.
        Ok(store) => match store.list_keys().await {
            Ok(keys) => Stage::ok(StageKind::LambdaLogin, "", format!("accepted; {} keys are registered", keys.len())),
            Err(why) => unread(StageKind::LambdaLogin, "", &why),
        },
    };
    stages.push(login);
    stages
}
