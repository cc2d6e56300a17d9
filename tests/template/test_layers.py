"""The layers are built from locks that agree with what is required; the first carries the right certificates."""

import re
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.template.document import ROOT, Document

LAYER = ROOT / "layers" / "dependencies"
MAKEFILES = {
    "CoreLayer": ROOT / "layers" / "core" / "Makefile",
    "DependenciesLayer": LAYER / "Makefile",
    "DocumentsLayer": LAYER / "Makefile",
}
LOCKS = {"requirements.txt": "lock.txt", "documents.txt": "documents.lock.txt"}


def pins(text: str) -> dict[str, str]:
    """Version by normalised name, of the lines `name[extra]==version`."""
    found = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def unlocked(requirements: str, lock: str) -> list[str]:
    locked = pins(lock)
    return [f"{name}=={version}" for name, version in pins(requirements).items() if locked.get(name) != version]


@pytest.mark.parametrize("requirements", LOCKS)
def test_the_lock_holds_what_is_required(requirements):
    assert unlocked((LAYER / requirements).read_text(), (LAYER / LOCKS[requirements]).read_text()) == []


def test_a_package_is_in_one_layer():
    common, documents = (pins((LAYER / lock).read_text()) for lock in LOCKS.values())
    assert common.keys() & documents.keys() == set()


def test_a_requirement_that_moved_is_seen():
    lock = (LAYER / "lock.txt").read_text()
    assert unlocked("PyJWT[crypto]==99.0\n", lock) == ["pyjwt==99.0"]


@pytest.mark.parametrize("lock", LOCKS.values())
def test_every_line_of_the_lock_names_its_file(lock):
    lines = [line for line in (LAYER / lock).read_text().splitlines() if not line.startswith("#")]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==\S+ --hash=sha256:[0-9a-f]{64}", line)] == []


@pytest.mark.parametrize("layer", MAKEFILES)
def test_a_layer_is_compiled_by_its_makefile(layer):
    """SAM ships no bytecode by itself; unchecked hashes, since Lambda changes the files' times."""
    makefile = MAKEFILES[layer].read_text()
    assert f"build-{layer}:" in makefile
    assert re.search(r"-m compileall .*--invalidation-mode unchecked-hash", makefile)
    metadata = Document.read().resources[layer]["Metadata"]
    assert metadata["BuildMethod"] == "makefile"


def certificates(path: Path) -> list[x509.Certificate]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # certifi carries old roots whose serial numbers cryptography dislikes
        return x509.load_pem_x509_certificates(path.read_bytes())


def test_the_proxy_is_trusted_through_amazons_public_roots():
    public = {certificate.fingerprint(hashes.SHA256()) for certificate in certificates(Path(certifi.where()))}
    ours = certificates(LAYER / "certificates" / "rds-proxies.pem")
    assert {c.fingerprint(hashes.SHA256()) for c in ours} <= public
    assert any("Amazon Root CA 1" in c.subject.rfc4514_string() for c in ours)


def test_the_instances_are_trusted_through_the_roots_that_the_template_asks_for():
    database = Document.read().resources["Database"]["Properties"]
    assert database["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"
    ours = certificates(LAYER / "certificates" / "rds-instances.pem")
    assert len({c.subject.rfc4514_string() for c in ours}) == len(ours) >= 25
    for certificate in ours:
        assert re.search(r"CN=Amazon RDS [a-z]+-[a-z]+-\d Root CA RSA2048 G1", certificate.subject.rfc4514_string())
        certificate.verify_directly_issued_by(certificate)
        assert certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=365)


def test_functions_are_told_which_certificates():
    functions = Document.read().functions
    shared = Document.read().content["Globals"]["Function"]["Environment"]["Variables"]
    migration = functions["MigrateDatabaseFunction"]["Environment"]["Variables"]
    for path in (shared["DATABASE_CA_FILE"], migration["DATABASE_CA_FILE"]):
        assert (LAYER / path.removeprefix("/opt/python/")).is_file()
    assert shared["DATABASE_CA_FILE"] != migration["DATABASE_CA_FILE"]
