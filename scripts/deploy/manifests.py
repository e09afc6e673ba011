"""Judges manifests by Kubernetes' own schemas and by CustomResourceDefinitions. A field that is not in them is a problem.

On stdin {"oldest": "1.27", "manifests": […], "definitions": [paths of CustomResourceDefinitions]}; on stdout
{"<Kubernetes version>": [problems], …} and, where there are definitions, "definitions": [problems].
"""

import json
import sys

import jsonschema
import kubernetes_validate
import yaml
from kubernetes_validate.utils import all_versions


def shown(manifest, error):
    place = ".".join(str(part) for part in error.absolute_path)
    return f"{manifest['kind']} {manifest['metadata']['name']}: {place}: {error.message}"


def by_kubernetes(manifests, version):
    for manifest in manifests:
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            yield shown(manifest, error)
        except kubernetes_validate.SchemaNotFoundError as error:
            yield error.message


def closed(schema):
    """A server drops fields that are not in a definition without a word; here they are refused."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    is_open = inner.get("x-kubernetes-preserve-unknown-fields", False)
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not is_open:
        inner.setdefault("additionalProperties", False)
    return inner


def schemas_of(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            spec = yaml.safe_load(file)["spec"]
        for version in spec["versions"]:
            key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
            yield key, closed(version["schema"]["openAPIV3Schema"])


def by_definitions(manifests, schemas):
    for manifest in manifests:
        schema = schemas.get((manifest["apiVersion"], manifest["kind"]))
        if schema is None:
            yield f"{manifest['apiVersion']} {manifest['kind']}: no definition"
            continue
        if "x-kubernetes-validations" in json.dumps(schema):
            yield f"{manifest['kind']}: its definition has CEL rules, which nobody judges here"
        # `exclusiveMinimum` and the like are booleans in OpenAPI 3.0, as in this draft.
        error = next(jsonschema.Draft4Validator(schema).iter_errors(manifest), None)
        if error is not None:
            yield shown(manifest, error)


def main():
    asked = json.load(sys.stdin)
    custom = [one for one in asked["manifests"] if one["apiVersion"].startswith("monitoring.coreos.com/")]
    own = [one for one in asked["manifests"] if one not in custom]
    oldest = tuple(int(part) for part in asked["oldest"].split("."))
    versions = sorted({tuple(int(part) for part in one.split(".")[:2]) for one in all_versions()})
    answer = {}
    for major, minor in versions:
        if (major, minor) >= oldest:
            version = f"{major}.{minor}"
            answer[version] = list(by_kubernetes(own, f"{version}.0"))
    if asked["definitions"]:
        answer["definitions"] = list(by_definitions(custom, dict(schemas_of(asked["definitions"]))))
    json.dump(answer, sys.stdout)


main()
