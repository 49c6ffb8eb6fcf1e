"""`/api/{project}/envelope/`: what every current SDK sends. The content type says nothing."""

import re

from urgentry.ingest.body import Body
from urgentry.ingest.endpoints.base import Endpoint
from urgentry.ingest.envelope import Envelope, parse_envelope
from urgentry.ingest.request import Request


class EnvelopeEndpoint(Endpoint):
    """Envelopes, also those whose header alone says for whom they are, as tunnels send them."""

    pattern = re.compile(r"/api/(?P<project>[^/]+)/envelope/?")
    takes_large = True
    brings_credentials = True

    def read(self, request: Request, body: Body) -> Envelope:
        """The envelope as it was framed."""
        del request
        return parse_envelope(body)
