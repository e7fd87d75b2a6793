"""Accounts of a world."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from .devices import Device
from .errors import KitError
from .reports import Report
from .simulated import SimulatedDevice

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from .worlds import World

Kind = TypeVar("Kind", Device, SimulatedDevice)


class Account:
    """An account of a world, by the messenger's name for it. `World.account` gives it."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        #: 32 bytes, as `account_of` of the name.
        self.id = world._call("account", name=name).digits("id")
        self._devices: dict[str, Device | SimulatedDevice] = {}

    def device(self, name: str = "phone") -> Device:
        """A device with the `Client` that you ship. It is set up when it is asked for the first time; a second device
        gets the account secret of the first one, and counts by itself until `merge_devices`.

        :raises KitError: the set is not there.
        :raises SealedMatchError: the client refuses the set that is distributed, or cannot begin.
        """
        return self._device(name, Device)

    def simulated_device(self, name: str = "phone") -> SimulatedDevice:
        """A device of the kit, which has faults to switch on."""
        return self._device(name, SimulatedDevice)

    def _device(self, name: str, kind: type[Kind]) -> Kind:
        if self._devices and not isinstance(next(iter(self._devices.values())), kind):
            raise KitError(
                "device", "badValue",
                f'the devices of "{self.name}" share a secret: all are yours, or all simulated; take another account'
            )  # fmt: skip
        device = self._devices.get(name)
        if not isinstance(device, kind):
            device = kind(self, name)
            self._devices[name] = device
        return device

    @property
    def _own_devices(self) -> list[Device]:
        return [device for device in self._devices.values() if isinstance(device, Device)]

    def _directory(self) -> Path:
        """For another device."""
        return self.world._directory / f"device-{self.world._number()}"

    def merge_devices(self) -> None:
        """Every device takes in what the others sealed in this epoch, as they do over a messenger's own channel."""
        own = self._own_devices
        if not own:
            self.world._call("merge", account=self.name)
            return
        states = [device.client.state for device in own]
        for device in own:
            for other, state in zip(own, states, strict=True):
                if other is not device:
                    device.client.merge(state)

    def register(self, registrations: Iterable[Buffer]) -> list[str | KitError]:
        """Registrations reach the collector, whose channel has authenticated this account.

        :returns: for each "stored", "alreadyStored", or the refusal.
        """
        together = base64.b64encode(b"".join(registrations)).decode()
        return self.world._call("register", account=self.name, registrations=together).outcomes("outcomes")

    def upload(self, vouchers: Iterable[Buffer]) -> list[str | KitError]:
        """Vouchers reach the collector in the same way."""
        encoded = [base64.b64encode(voucher).decode() for voucher in vouchers]
        return self.world._call("upload", account=self.name, vouchers=encoded).outcomes("outcomes")

    def revealed(self, epoch: int | None = None) -> set[str]:
        """As `World.revealed`."""
        return self.world.revealed(self.name, epoch)

    def report(self, epoch: int | None = None) -> Report:
        """As `World.report`."""
        return self.world.report(self.name, epoch)
