"""What a portal and a back office hold: one channel, one stub for each service, one header for whom they call."""

import uuid

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from comptepartenaire.account.v1 import account_service_pb2_grpc
from comptepartenaire.delivery.v1 import delivery_service_pb2_grpc
from comptepartenaire.habilitation.v1 import habilitation_service_pb2_grpc
from comptepartenaire.partner.v1 import partner_service_pb2_grpc
from comptepartenaire.recovery.v1 import recovery_service_pb2_grpc
from comptepartenaire.session.v1 import session_service_pb2_grpc

SECONDS = 10


class Client:
    """The service's stubs, over one connection."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)
        self.accounts = account_service_pb2_grpc.AccountServiceStub(self.channel)
        self.deliveries = delivery_service_pb2_grpc.DeliveryServiceStub(self.channel)
        self.habilitations = habilitation_service_pb2_grpc.HabilitationServiceStub(self.channel)
        self.partners = partner_service_pb2_grpc.PartnerServiceStub(self.channel)
        self.recoveries = recovery_service_pb2_grpc.RecoveryServiceStub(self.channel)
        self.sessions = session_service_pb2_grpc.SessionServiceStub(self.channel)


def for_person(session_token):
    """Metadata of a call made for someone signed in."""
    return {"metadata": [("session-token", session_token)], "timeout": SECONDS}


def for_caf():
    """Metadata of a call made by an agent of the Caf."""
    return {"metadata": [("caf-agent", "agent-7")], "timeout": SECONDS}


def for_no_one():
    """A call made for no one in particular."""
    return {"timeout": SECONDS}


def request_id():
    """A name for one mutation, so that it is carried out once."""
    return str(uuid.uuid4())


class Refused:
    """Expects a refusal, and holds its reason and its violations: `with Refused("…") as refused:`."""

    def __init__(self, reason):
        self.expected = reason
        self.violations = {}

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        assert kind is not None, f"expected {self.expected}, was accepted"
        if not isinstance(error, grpc.RpcError):
            return False
        reason = None
        for detail in rpc_status.from_call(error).details:
            info = error_details_pb2.ErrorInfo()
            bad = error_details_pb2.BadRequest()
            if detail.Unpack(info):
                reason = info.reason
            elif detail.Unpack(bad):
                self.violations = {v.field: v.reason for v in bad.field_violations}
        assert reason == self.expected, f"expected {self.expected}, was refused by {reason}: {error}"
        return True
