"""What this emulator does not have: lists of it are empty, everything else is refused by name."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway.resources import Params, unsupported
from emulator.services.apigateway.rest.api.common import find_api, not_found


def create_domain_name(call: Call, params: Params) -> None:
    raise unsupported("CreateDomainName")


def get_domain_names(call: Call, params: Params) -> dict[str, Any]:
    return {"items": []}


def get_domain_name(call: Call, params: Params) -> None:
    raise not_found("Invalid domain name identifier specified")


update_domain_name = delete_domain_name = get_domain_name
create_base_path_mapping = get_base_path_mappings = get_base_path_mapping = get_domain_name
update_base_path_mapping = delete_base_path_mapping = get_domain_name


def create_domain_name_access_association(call: Call, params: Params) -> None:
    raise unsupported("CreateDomainNameAccessAssociation")


def get_domain_name_access_associations(call: Call, params: Params) -> dict[str, Any]:
    return {"items": []}


def delete_domain_name_access_association(call: Call, params: Params) -> None:
    raise not_found("Invalid domain name access association identifier specified")


reject_domain_name_access_association = delete_domain_name_access_association


def create_vpc_link(call: Call, params: Params) -> None:
    raise unsupported("CreateVpcLink")


def get_vpc_links(call: Call, params: Params) -> dict[str, Any]:
    return {"items": []}


def get_vpc_link(call: Call, params: Params) -> None:
    raise not_found("Invalid Vpc Link identifier specified")


update_vpc_link = delete_vpc_link = get_vpc_link


def generate_client_certificate(call: Call, params: Params) -> None:
    raise unsupported("GenerateClientCertificate")


def get_client_certificates(call: Call, params: Params) -> dict[str, Any]:
    return {"items": []}


def get_client_certificate(call: Call, params: Params) -> None:
    raise not_found("Invalid Client Certificate identifier specified")


update_client_certificate = delete_client_certificate = get_client_certificate


def create_documentation_part(call: Call, params: Params) -> None:
    find_api(call, params)
    raise unsupported("Documentation of REST APIs")


create_documentation_version = import_documentation_parts = create_documentation_part


def get_documentation_parts(call: Call, params: Params) -> dict[str, Any]:
    find_api(call, params)
    return {"items": []}


get_documentation_versions = get_documentation_parts


def get_documentation_part(call: Call, params: Params) -> None:
    find_api(call, params)
    raise not_found("Invalid Documentation part identifier specified")


update_documentation_part = delete_documentation_part = get_documentation_part


def get_documentation_version(call: Call, params: Params) -> None:
    find_api(call, params)
    raise not_found("Invalid Documentation version specified")


update_documentation_version = delete_documentation_version = get_documentation_version


def get_sdk_types(call: Call, params: Params) -> dict[str, Any]:
    return {"items": []}


def get_sdk(call: Call, params: Params) -> None:
    find_api(call, params)
    raise unsupported("GetSdk")


def get_sdk_type(call: Call, params: Params) -> None:
    raise not_found("Invalid SDK type identifier specified")


def test_invoke_authorizer(call: Call, params: Params) -> None:
    find_api(call, params)
    raise unsupported("TestInvokeAuthorizer")
