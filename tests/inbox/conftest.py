"""Every test of the inbox may have a real store."""

from tests.servers import client, cluster_servers, redis_servers, single_servers, store_url

__all__ = ["client", "cluster_servers", "redis_servers", "single_servers", "store_url"]
