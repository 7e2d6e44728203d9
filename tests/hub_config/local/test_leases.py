"""GPUs are lent to one at a time, come back, survive a restart, and are counted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from hub_config.local.leases import Busy, Device, Leases, NoSuchDevice, QuotaSpent

GPU, SHARED, MIG = "nvidia.com/gpu", "nvidia.com/gpu.shared", "nvidia.com/mig-1g.10gb"
HOUR = 3600.0
MONDAY = datetime(2030, 1, 7, tzinfo=UTC).timestamp()


class Clock:
    now = MONDAY + 10 * HOUR

    def __call__(self) -> float:
        return self.now


def test_a_device_is_lent_to_one_at_a_time(lend: Callable[..., Leases], clock: Clock) -> None:
    leases = lend(Device(id="0"))
    lease = leases.acquire("ada/", "ada", {GPU: 1}, HOUR)
    assert (lease.devices, lease.until) == (("0",), clock.now + HOUR)
    assert leases.free() == {GPU: (0, 1)}
    with pytest.raises(Busy) as busy:
        leases.acquire("ben/", "ben", {GPU: 1}, HOUR)
    assert busy.value.free_at == clock.now + HOUR
    leases.release("ada/")
    assert leases.acquire("ben/", "ben", {GPU: 1}, HOUR).devices == ("0",)


def test_a_shared_device_has_room_for_some(lend: Callable[..., Leases]) -> None:
    leases = lend(Device(id="0", resource=SHARED, people=2), Device(id="1", resource=SHARED, people=2))
    lent = [leases.acquire(f"{n}", f"{n}", {SHARED: 1}, HOUR).devices for n in range(4)]
    assert lent == [("0",), ("1",), ("0",), ("1",)]  # spread over the devices
    with pytest.raises(Busy):
        leases.acquire("4", "4", {SHARED: 1}, HOUR)


def test_two_of_a_kind_are_two_devices(lend: Callable[..., Leases]) -> None:
    leases = lend(Device(id="0", people=2), Device(id="1", people=2))
    assert leases.acquire("ada/", "ada", {GPU: 2}, HOUR).devices == ("0", "1")
    with pytest.raises(NoSuchDevice, match=r"2 of nvidia\.com/gpu, not 3"):
        leases.acquire("ben/", "ben", {GPU: 3}, HOUR)


def test_all_that_is_asked_for_or_nothing(lend: Callable[..., Leases]) -> None:
    leases = lend(Device(id="0"), Device(id="MIG-a1b2", resource=MIG))
    leases.acquire("ada/", "ada", {MIG: 1}, HOUR)
    with pytest.raises(Busy):
        leases.acquire("ben/", "ben", {GPU: 1, MIG: 1}, HOUR)
    assert leases.free() == {GPU: (1, 1), MIG: (0, 1)}


def test_a_machine_without_the_device_says_so(lend: Callable[..., Leases]) -> None:
    with pytest.raises(NoSuchDevice, match=r"this machine has 0 of nvidia\.com/gpu"):
        lend().acquire("ada/", "ada", {GPU: 1}, HOUR)


def test_a_lease_outlives_the_hub(lend: Callable[..., Leases]) -> None:
    lend(Device(id="0")).acquire("ada/", "ada", {GPU: 1}, HOUR)
    again = lend(Device(id="0"))
    assert again.held()["ada/"].devices == ("0",)
    with pytest.raises(Busy):
        again.acquire("ben/", "ben", {GPU: 1}, HOUR)


def test_a_device_that_is_taken_out_goes_once_it_is_given_back(lend: Callable[..., Leases]) -> None:
    lend(Device(id="0"), Device(id="1")).acquire("ada/", "ada", {GPU: 2}, HOUR)
    lend(Device(id="1")).release("ada/")
    assert lend(Device(id="1")).free() == {GPU: (1, 1)}


def test_a_new_lease_ends_the_old_one(lend: Callable[..., Leases], clock: Clock) -> None:
    leases = lend(Device(id="0"), Device(id="MIG-a1b2", resource=MIG))
    leases.acquire("ada/", "ada", {GPU: 1}, HOUR)
    clock.now += HOUR
    leases.acquire("ada/", "ada", {MIG: 1}, HOUR)
    assert leases.free() == {GPU: (1, 1), MIG: (0, 1)}
    assert leases.acquire("ada/", "ada", {}, HOUR).devices == ()
    assert leases.used("ada") == pytest.approx(1.0)


def test_many_ask_at_once_and_none_gets_anothers(lend: Callable[..., Leases]) -> None:
    leases = lend(*(Device(id=str(n)) for n in range(5)))

    def ask(n: int) -> str | None:
        try:
            return leases.acquire(f"{n}/", f"{n}", {GPU: 1}, HOUR).devices[0]
        except Busy:
            return None

    with ThreadPoolExecutor(8) as pool:
        lent = [device for device in pool.map(ask, range(40)) if device is not None]
    assert sorted(lent) == ["0", "1", "2", "3", "4"]


def test_hours_are_counted_per_person_and_week(lend: Callable[..., Leases], clock: Clock) -> None:
    leases = lend(Device(id="0"), Device(id="1", resource=SHARED, people=4))
    leases.acquire("ada/", "ada", {GPU: 1}, HOUR)
    clock.now += HOUR / 2
    assert leases.used("ada") == pytest.approx(0.5)
    leases.release("ada/")
    leases.acquire("ada/", "ada", {SHARED: 1}, HOUR, share=0.25)
    clock.now += HOUR
    leases.release("ada/")
    assert leases.used("ada") == pytest.approx(0.75)
    assert leases.used("ben") == 0.0
    assert leases.ledger() == [("2030-01-07", "ada", pytest.approx(0.75))]
    clock.now = MONDAY + 7 * 24 * HOUR + 1
    assert leases.used("ada") == 0.0


def test_what_runs_over_the_end_of_a_week_is_split(lend: Callable[..., Leases], clock: Clock) -> None:
    leases = lend(Device(id="0"))
    clock.now = MONDAY + 7 * 24 * HOUR - HOUR
    leases.acquire("ada/", "ada", {GPU: 1}, 4 * HOUR)
    clock.now += 3 * HOUR
    assert leases.used("ada") == pytest.approx(2.0)
    leases.release("ada/")
    assert leases.used("ada") == pytest.approx(2.0)


def test_a_spent_quota_is_told_and_cpu_is_free(lend: Callable[..., Leases], clock: Clock) -> None:
    leases = lend(Device(id="0"), weekly_hours=1.5)
    leases.acquire("ada/", "ada", {GPU: 1}, 2 * HOUR)
    clock.now += 2 * HOUR
    leases.release("ada/")
    with pytest.raises(QuotaSpent, match=r"2\.0 of 1\.5 GPU hours"):
        leases.acquire("ada/", "ada", {GPU: 1}, HOUR)
    assert leases.acquire("ada/", "ada", {}, HOUR).devices == ()
    assert leases.acquire("ben/", "ben", {GPU: 1}, HOUR).devices == ("0",)


@pytest.mark.parametrize(
    "fields", [{"id": "0; rm"}, {"id": ""}, {"id": "0", "resource": "gpu"}, {"id": "0", "people": 0}]
)
def test_a_device_is_described_as_cuda_and_kubernetes_do(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Device.model_validate(fields)
