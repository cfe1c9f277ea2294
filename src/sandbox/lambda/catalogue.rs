//! What can be launched, and where. A few lines of each kind: enough for a client to choose from.

use serde_json::{Map, Value, json};

pub(super) const REGION: &str = "us-west-1";
pub(super) const TYPE: &str = "gpu_1x_a10";

pub(super) const REGIONS: &[(&str, &str)] =
    &[("us-east-1", "Virginia, USA"), ("us-south-1", "Texas, USA"), (REGION, "California, USA")];

struct Type {
    name: &'static str,
    description: &'static str,
    gpu: &'static str,
    cents: u32,
    vcpus: u32,
    memory: u32,
    storage: u32,
    gpus: u32,
}

const TYPES: &[Type] = &[
    Type {
        name: TYPE,
        description: "1x A10 (24 GB PCIe)",
        gpu: "A10 (24 GB PCIe)",
        cents: 75,
        vcpus: 30,
        memory: 200,
        storage: 1400,
        gpus: 1,
    },
    Type {
        name: "gpu_8x_h100_sxm5",
        description: "8x H100 (80 GB SXM5)",
        gpu: "H100 (80 GB SXM5)",
        cents: 2392,
        vcpus: 208,
        memory: 1800,
        storage: 22_000,
        gpus: 8,
    },
];

pub(super) fn regions() -> Value {
    Value::from_iter(REGIONS.iter().map(|(name, _)| region(name)))
}

pub(super) fn region(name: &str) -> Value {
    let description = REGIONS.iter().find(|(known, _)| *known == name).map_or("Elsewhere", |(_, told)| told);
    json!({ "name": name, "description": description })
}

pub(super) fn has_type(name: &str) -> bool {
    TYPES.iter().any(|known| known.name == name)
}

/// One type; an instance of a type that is not known is told as the first.
pub(super) fn instance_type(name: &str) -> Value {
    let Type { description, gpu, cents, vcpus, memory, storage, gpus, .. } =
        TYPES.iter().find(|known| known.name == name).unwrap_or(&TYPES[0]);
    json!({
        "name": name,
        "description": description,
        "gpu_description": gpu,
        "price_cents_per_hour": cents,
        "specs": { "vcpus": vcpus, "memory_gib": memory, "storage_gib": storage, "gpus": gpus },
    })
}

pub(super) fn instance_types() -> Value {
    let lines = TYPES.iter().map(|known| {
        let line = json!({
            "instance_type": instance_type(known.name),
            "regions_with_capacity_available": regions(),
        });
        (known.name.to_owned(), line)
    });
    Value::Object(Map::from_iter(lines))
}

pub(super) fn images() -> Value {
    Value::from_iter(REGIONS.iter().enumerate().map(|(number, (name, _))| {
        json!({
            "id": format!("{:08x}-0000-4000-8000-000000000000", number + 1),
            "created_time": "2026-01-01T00:00:00Z",
            "updated_time": "2026-01-01T00:00:00Z",
            "name": "lambda-stack-22-04",
            "description": "Lambda Stack 22.04",
            "family": "lambda-stack-22-04",
            "version": "22.4.0",
            "architecture": "x86_64",
            "region": region(name),
        })
    }))
}
