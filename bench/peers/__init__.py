"""The peers: each over the same tables in its own usual way, installed on demand into a folder of its own."""

from bench.contender import OverHttp
from bench.peers.directus import Directus
from bench.peers.django import DjangoNinja, DjangoRest
from bench.peers.litestar import Litestar
from bench.peers.postgraphile import PostGraphile
from bench.peers.strawberry import Strawberry

PEERS: tuple[type[OverHttp], ...] = (PostGraphile, Directus, Litestar, DjangoNinja, DjangoRest, Strawberry)
