"""The virtual air between controllers: range, refused connections, lost links."""

from __future__ import annotations

import asyncio

from bumble import hci, ll
from bumble.controller import Connection, Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

CONNECTION_TIMEOUT = 0x08
FAILED_TO_BE_ESTABLISHED = 0x3E

_ACL_BYTES = 251  # with the default of 27 a notification of 244 bytes takes ten packets
_SUPERVISION_S = 0.5


class Air(LocalLink):
    """A LocalLink whose controllers can be out of range of all others."""

    def __init__(self) -> None:
        super().__init__()
        self._absent: set[Controller] = set()

    def take_away(self, controller: RadioController) -> None:
        """Nothing crosses any more; links to it break after the supervision timeout."""
        self._absent.add(controller)
        asyncio.get_running_loop().call_later(_SUPERVISION_S, self._supervise, controller)

    def bring_back(self, controller: RadioController) -> None:
        self._absent.discard(controller)

    def send_advertising_pdu(
        self, sender_controller: Controller, packet: ll.AdvertisingPdu
    ) -> None:
        loop = asyncio.get_running_loop()
        for controller in self.controllers:
            if controller is not sender_controller and self._crosses(sender_controller, controller):
                loop.call_soon(controller.on_ll_advertising_pdu, packet)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        receiver = self.find_le_controller(destination_address)
        if receiver is not None and self._crosses(sender_controller, receiver):
            super().send_acl_data(sender_controller, destination_address, transport, data)

    def send_ll_control_pdu(
        self,
        sender_address: hci.Address,
        receiver_address: hci.Address,
        packet: ll.ControlPdu,
    ) -> None:
        sender = self.find_le_controller(sender_address)
        receiver = self.find_le_controller(receiver_address)
        if sender is not None and receiver is not None and self._crosses(sender, receiver):
            super().send_ll_control_pdu(sender_address, receiver_address, packet)

    def _crosses(self, sender: Controller, receiver: Controller) -> bool:
        return sender not in self._absent and receiver not in self._absent

    def _supervise(self, controller: RadioController) -> None:
        if controller in self._absent:
            controller.break_links(CONNECTION_TIMEOUT)


class RadioController(Controller):
    """A virtual controller that can refuse connections, and whose links can break."""

    le_acl_data_packet_length = _ACL_BYTES

    def __init__(self, name: str, air: Air) -> None:
        super().__init__(name, link=air)  # pyright: ignore[reportUnknownMemberType]: bumble's `host_source` is untyped
        self.air = air
        self.refuses_connections = False

    def break_links(self, reason: int) -> None:
        """Every link ends at both ends with `reason`, without a goodbye."""
        for connection in list(self.le_connections.values()):
            peer = self.air.find_le_controller(connection.peer_address)
            self.on_le_disconnected(connection, reason)
            if peer is not None:
                _end(peer, connection.self_address, reason)

    def on_le_connect_ind(self, packet: ll.ConnectInd) -> None:
        if not self.refuses_connections:
            super().on_le_connect_ind(packet)
            return
        central = self.air.find_le_controller(packet.initiator_address)
        if central is not None:
            asyncio.get_running_loop().call_soon(
                _end, central, packet.advertiser_address, FAILED_TO_BE_ESTABLISHED
            )

    def on_hci_le_create_connection_cancel_command(
        self, _command: object
    ) -> hci.HCI_StatusReturnParameters:
        # Bumble's controller forgets to give up, and then refuses every later connection.
        pending = self.pending_le_connection
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=pending.peer_address.address_type,
                peer_address=pending.peer_address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


def _end(controller: Controller, peer_address: hci.Address, reason: int) -> None:
    connection: Connection | None = controller.le_connections.get(peer_address)
    if connection is not None:
        controller.on_le_disconnected(connection, reason)
