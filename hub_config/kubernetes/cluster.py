"""What an operator says of a cluster: ``cluster.toml``."""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from course.errors import SetupError
from course.parsing import read_toml
from hub_config.settings.hub import Course, Courses

STATE = "/srv/jupyterhub"  # where the chart mounts the hub's volume
_COURSE = "{course}"
_CHART = (4, 4)  # the first with JupyterHub 5.5


def _named(what: str, pattern: str, example: str, longest: int = 253) -> AfterValidator:
    def check(text: str) -> str:
        if len(text) > longest or not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} is no {what}, such as {example}")
        return text

    return AfterValidator(check)


_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
Host = Annotated[str, _named("host name", rf"{_LABEL}(\.{_LABEL})+", "hub.example.org")]
Object = Annotated[str, _named("name of a Kubernetes object", rf"({_LABEL}(\.{_LABEL})*)?", "hub-tls")]
Size = Annotated[str, _named("size of a volume", r"[1-9][0-9]*[MGT]i", "10Gi")]
Mail = Annotated[str, _named("e-mail address", r"([^@\s]+@[^@\s]+\.[^@\s]+)?", "you@example.org")]
Image = Annotated[
    str, _named("image with a tag", r"[a-z0-9][a-z0-9._/:-]*:[A-Za-z0-9_][A-Za-z0-9_.-]*", "registry.example.org/hub:1")
]


def _network(text: str) -> str:
    try:
        return str(ip_network(text)) if text else ""
    except ValueError as error:
        raise ValueError(f"{text!r} is no network, such as 10.1.2.3/32: {error}") from error


class Reach(BaseModel):
    """What graders' servers may reach beside the hub and the internet, and students' may not.

    Attributes
    ----------
    course : whose graders; empty: of every course.
    pods : their labels, in `namespace` (else in the hub's); or in their place `cidr`, a network such as
        ``10.1.2.3/32``.
    ports : of TCP.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    course: str = ""
    pods: dict[str, str] = {}
    namespace: Object = ""
    cidr: Annotated[str, AfterValidator(_network)] = ""
    ports: Annotated[tuple[Annotated[int, Field(ge=1, le=65535)], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _one_target(self) -> Reach:
        if bool(self.pods) == bool(self.cidr):
            raise ValueError('name either pods, by their labels ({app = "postgresql"}), or cidr, a network')
        if self.cidr and self.namespace:
            raise ValueError("a network is in no namespace: leave namespace out")
        return self


class Cluster(BaseModel):
    """A cluster's hub.

    Attributes
    ----------
    chart : the version of Zero-to-JupyterHub.
    host : its name, from which it has a certificate by Let's Encrypt (`letsencrypt`: whom they write to) or by
        `tls_secret`.
    hub_image, student_image, grader_image : with a tag. `pull_secret` names the secret to fetch them with.
    storage_class : of the volumes; the cluster's default, when empty.
    home_size, hub_size : of each person's home, and of the hub's volume.
    course_claim : of the volume that a course's graders share; ``{course}`` is its id.
    idle_minutes : after which a server that nobody uses is stopped.
    exchange_db, exchange_storage, exchange_options, exchange_secret : where the exchange keeps its records and its
        files, what fsspec is told of that, and the secret whose keys are environment variables with the credentials.
    restricted : whether the namespace takes only pods of the Pod Security Standard "restricted". Then no container
        with rights of its own closes the cloud's metadata addresses in each server, and only network policies do.
    graders_reach : what graders' servers may reach in the cluster, such as a database.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    chart: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")] = "4.4.0"
    host: Host
    letsencrypt: Mail = ""
    tls_secret: Object = ""
    hub_image: Image
    student_image: Image
    grader_image: Image
    pull_secret: Object = ""
    storage_class: Object = ""
    home_size: Size = "10Gi"
    hub_size: Size = "20Gi"
    course_claim: str = f"course-{_COURSE}"
    idle_minutes: Annotated[int, Field(ge=5)] = 60
    exchange_db: str = f"sqlite:///{STATE}/exchange.db"
    exchange_storage: str = f"{STATE}/exchange"
    exchange_options: dict[str, str | int | bool] = {}
    exchange_secret: Object = ""
    restricted: bool = False
    graders_reach: tuple[Reach, ...] = ()

    @field_validator("chart")
    @classmethod
    def _recent(cls, version: str) -> str:
        if tuple(map(int, version.split(".")[:2])) < _CHART:
            raise ValueError(f"chart {version} has a JupyterHub older than 5.5: take 4.4.0 or a later one")
        return version

    @field_validator("hub_image", "student_image", "grader_image")
    @classmethod
    def _fixed(cls, image: str) -> str:
        if image.endswith(":latest"):
            raise ValueError("`latest` is another image tomorrow, and old on some machines: give it a tag of its own")
        return image

    @field_validator("exchange_db")
    @classmethod
    def _kept_records(cls, url: str) -> str:
        try:
            parts = make_url(url)
        except ArgumentError as error:
            raise ValueError(f"{url!r} is no database, as SQLAlchemy writes them") from error
        if parts.password:
            raise ValueError("no password here, which others would read: put it into exchange_secret as PGPASSWORD")
        if parts.get_backend_name() == "sqlite" and not _on_volume(parts.database or ""):
            raise ValueError(f"a file outside of {STATE} is gone with the next start of the hub")
        return url

    @field_validator("exchange_storage")
    @classmethod
    def _kept_files(cls, address: str) -> str:
        if not re.match(r"[a-z0-9+]+://[^/]", address) and not _on_volume(address):
            raise ValueError(
                f"name a folder below {STATE}, the hub's volume, or an address such as s3://bucket/exchange"
            )
        return address

    @model_validator(mode="after")
    def _private(self) -> Cluster:
        if bool(self.letsencrypt) == bool(self.tls_secret):
            raise ValueError("name either letsencrypt, an e-mail address, or tls_secret, a secret with a certificate")
        return self

    def claim(self, course: Course) -> str:
        """Return the name of the volume claim of a course.

        Raises
        ------
        SetupError : it can't be a claim's name.
        """
        name = self.course_claim.replace(_COURSE, slug(course))
        if len(name) > 253 or not re.fullmatch(_LABEL, name):
            raise SetupError(f"course_claim: {name!r}, for {course.id}, can't name a claim, as course-{_COURSE} does.")
        return name

    def claims(self, courses: Courses) -> dict[str, str]:
        """Return the claim of each course, by the course's id.

        Raises
        ------
        SetupError : one can't be a claim's name, or two courses would share one.
        """
        found = {course.id: self.claim(course) for course in courses.course}
        if len(set(found.values())) < len(found):
            raise SetupError(
                f"course_claim gives two courses one volume ({', '.join(sorted(found))}), and so one gradebook: "
                f"write {_COURSE} into it, and give the courses ids that differ in more than upper and lower case."
            )
        return found


def slug(course: Course) -> str:
    """Return a course's id as a part of a Kubernetes name."""
    return re.sub(r"[^a-z0-9]+", "-", course.id.lower()).strip("-")


def load_cluster(path: Path) -> Cluster:
    """Read and validate ``cluster.toml``; raises `SetupError`, which names the place."""
    return read_toml(path, Cluster, SetupError)


def _on_volume(path: str) -> bool:
    return path.startswith(f"{STATE}/") and ".." not in path
