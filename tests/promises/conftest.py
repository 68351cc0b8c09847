"""The servers, the world of X and the house that the promises are tested with."""

from tests.bots.conftest import scene
from tests.promises.replayed import real
from tests.servers import client, cluster_servers, redis_servers, single_servers, store_url

__all__ = [
    "client",
    "cluster_servers",
    "real",
    "redis_servers",
    "scene",
    "single_servers",
    "store_url",
]
