"""Walks the emulator through the calls of lambda-ai-cloud-api-client that people use."""

import os

from lambda_ai_cloud_api_client.api.images import list_images
from lambda_ai_cloud_api_client.api.instances import (
    get_instance,
    launch_instance,
    list_instance_types,
    list_instances,
    post_instance,
    restart_instance,
    terminate_instance,
)
from lambda_ai_cloud_api_client.api.ssh_keys import add_ssh_key, delete_ssh_key, list_ssh_keys
from lambda_ai_cloud_api_client.client import AuthenticatedClient
from lambda_ai_cloud_api_client.models import (
    AddSSHKeyRequest,
    InstanceLaunchRequest,
    InstanceModificationRequest,
    InstanceRestartRequest,
    InstanceTerminateRequest,
    PublicRegionCode,
)

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvUJSZXD5+KDXD/8xRzXMYyzIkS6Qvkj"


def client_of(key):
    return AuthenticatedClient(base_url=os.environ["LAMBDA_API_URL"].removesuffix("/api/v1"), token=key, raise_on_unexpected_status=True)


client = client_of(os.environ["LAMBDA_API_KEY"])


def keys():
    return {key.name: key for key in list_ssh_keys.sync(client=client).data}


def refused(response, status, code):
    assert (response.status_code, response.parsed.error.code) == (status, code), response


assert keys() == {}
added = add_ssh_key.sync(client=client, body=AddSSHKeyRequest(name="deploy", public_key=KEY)).data
assert keys()["deploy"].public_key == KEY and keys()["deploy"].id == added.id
again = add_ssh_key.sync_detailed(client=client, body=AddSSHKeyRequest(name="deploy", public_key=KEY))
refused(again, 400, "global/invalid-parameters")
made = add_ssh_key.sync(client=client, body=AddSSHKeyRequest(name="made")).data
assert made.private_key.startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
assert not hasattr(keys()["made"], "private_key")
delete_ssh_key.sync(made.id, client=client)
refused(delete_ssh_key.sync_detailed("nobody", client=client_of("bad")), 401, "global/invalid-api-key")
assert set(keys()) == {"deploy"}

assert "gpu_1x_a10" in list_instance_types.sync(client=client).data.additional_properties
assert list_images.sync(client=client).data[0].architecture.value == "x86_64"
wanted = InstanceLaunchRequest(
    region_name=PublicRegionCode.US_WEST_1,
    instance_type_name="gpu_1x_a10",
    ssh_key_names=["deploy"],
    name="web",
    user_data="#cloud-config\n",
)
(launched,) = launch_instance.sync(client=client, body=wanted).data.instance_ids
(instance,) = list_instances.sync(client=client).data
assert (instance.id, instance.status.value, instance.ssh_key_names) == (launched, "booting", ["deploy"])
wanted.ssh_key_names = ["nobody"]
refused(launch_instance.sync_detailed(client=client, body=wanted), 404, "global/object-does-not-exist")
renamed = post_instance.sync(launched, client=client, body=InstanceModificationRequest(name="db")).data
assert renamed.name == "db" == get_instance.sync(launched, client=client).data.name
terminate_instance.sync(client=client, body=InstanceTerminateRequest(instance_ids=[launched]))
assert get_instance.sync(launched, client=client).data.status.value == "terminating"
gone = restart_instance.sync_detailed(client=client, body=InstanceRestartRequest(instance_ids=["nobody"]))
assert gone.status_code == 404
print("done")
