"""What moving and keeping data adds to a cloud bill, the part that no compute discount touches."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel import Choice, Param, Path, Real, Result, Series, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models._terms import HoursPerMonth, StoragePrice
from rackmath.models.commitments._tiers import graduated, in_each
from rackmath.units import convert, number

Gigabytes = Annotated[
    str,
    Choice(
        "binary",
        "decimal",
        assumption="binary",
        because="the largest cloud counts 1,024 GB to the TB in its tiers",
        help="whether a TB of traffic and of a tier is 1,024 GB of the bill (binary) or 1,000 (decimal)",
    ),
]
FreePart = Annotated[
    str,
    Choice(
        "inside",
        "before",
        assumption="inside",
        because="published tables let the free gigabytes fill the first tier",
        help="whether the free traffic fills up the first tier (inside) or the tiers begin after it (before)",
    ),
]
ZoneEnds = Annotated[
    str,
    Choice(
        "both",
        "one",
        assumption="both",
        because="the sending and the receiving side are charged, and mostly both are on one bill",
        help="whether both ends of traffic between zones are on this bill",
    ),
]


@model(
    "commitments.egress_bill",
    method="A09.6",
    title="Egress and what else surrounds compute",
    question="What do data leaving the cloud, traffic between zones, addresses, gateways and disks cost in a month?",
    unit="USD/month",
    sources=(
        "https://www.doit.com/blog/aws-ec2-pricing",
        "https://chengqing.dev/en/2020/01/23/aws-data-transfer/",
        "https://www.egresscost.com/aws",
    ),
    increasing_in=("zone_traffic", "nat_traffic", "nat_gateways", "public_addresses", "stored_data"),
    decreasing_in=("free_traffic",),
)
def egress_bill(
    *,
    internet_traffic: Annotated[
        Real,
        Series(
            "TB/month",
            axis="service",
            assumption="5 TB/month",
            because="an example to try the model with; enter what each service sends, they share the tiers",
            minimum=0,
            maximum=1e6,
            help="data sent to the internet in a month, service by service or in one number",
        ),
    ],
    free_traffic: Annotated[
        Real,
        Param(
            "GB/month",
            evidence="aws-egress/free-traffic",
            minimum=0,
            maximum=1e6,
            help="traffic that is free each month, once for all services together",
        ),
    ],
    tier_sizes: Annotated[
        Real,
        Series(
            "TB/month",
            axis="tier",
            evidence="aws-egress/tier-sizes",
            minimum=0,
            maximum=1e6,
            help="size of each tier in the order in which they fill; the last price goes on beyond them",
        ),
    ],
    tier_prices: Annotated[
        Real,
        Series(
            "USD/GB",
            axis="tier",
            evidence="aws-egress/tier-prices",
            minimum=0,
            maximum=100,
            help="price of a gigabyte in each tier",
        ),
    ],
    gigabytes_per_terabyte: Gigabytes,
    free_part: FreePart,
    zone_traffic: Annotated[
        Real,
        Param(
            "GB/month",
            assumption="500 GB/month",
            because="an example to try the model with; each gigabyte is named once, however many ends are charged",
            minimum=0,
            maximum=1e9,
            help="data sent from one availability zone to another",
        ),
    ],
    zone_price: Annotated[
        Real,
        Param(
            "USD/GB",
            evidence="aws-zone-traffic/egress-price",
            minimum=0,
            maximum=100,
            help="price of a gigabyte between zones at each charged end",
        ),
    ],
    zone_ends_paid: ZoneEnds,
    nat_traffic: Annotated[
        Real,
        Param(
            "GB/month",
            assumption="0 GB/month",
            because="not every network has a gateway; what passes it pays egress as well",
            minimum=0,
            maximum=1e9,
            help="data that passes an address-translation (NAT) gateway, in either direction",
        ),
    ],
    nat_traffic_price: Annotated[
        Real,
        Param(
            "USD/GB",
            evidence="aws-nat-gateway/processing-price",
            minimum=0,
            maximum=100,
            help="price of a gigabyte that passes the gateway, on top of egress",
        ),
    ],
    nat_gateways: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="not every network has a gateway",
            minimum=0,
            maximum=1e6,
            help="gateways that are kept running",
        ),
    ],
    nat_gateway_price: Annotated[
        Real,
        Param(
            "USD/hour",
            evidence="aws-nat-gateway/hourly-price",
            minimum=0,
            maximum=1e4,
            help="price of an hour of one gateway",
        ),
    ],
    public_addresses: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="one address is the least that a public service has",
            minimum=0,
            maximum=1e7,
            help="public IPv4 addresses that are held",
        ),
    ],
    address_price: Annotated[
        Real,
        Param(
            "USD/hour",
            evidence="aws-ec2/ipv4-price",
            minimum=0,
            maximum=100,
            help="price of an hour of one public IPv4 address",
        ),
    ],
    stored_data: Annotated[
        Real,
        Param(
            "GB",
            assumption="500 GB",
            because="the size of the vendor comparison's example disk",
            minimum=0,
            maximum=1e12,
            help="data kept on disks on average over the month",
        ),
    ],
    storage_price: StoragePrice,
    hours_per_month: HoursPerMonth,
) -> Result:
    r"""Charge internet traffic tier by tier for all services together, and add what else is paid beside compute.

    .. math:: C = \sum_i p_i \bigl(\min(V, s_{i+1}) - s_i\bigr)^+ - C(F) + n_e q\,Z + g\,N + (m\,c_m + a\,c_a)H + k\,D

    where :math:`V` is the sum of internet_traffic, :math:`s_i` where tier :math:`i` begins (the sum of the tier_sizes
    before it), :math:`p_i` tier_prices, :math:`C(F)` what free_traffic would cost, :math:`q` zone_price at each of the
    :math:`n_e` ends that are paid, :math:`Z` zone_traffic, :math:`g` and :math:`N` price and volume of NAT traffic,
    :math:`m` and :math:`a` gateways and addresses at :math:`c_m` and :math:`c_a` an hour, :math:`H` hours_per_month,
    :math:`k` storage_price and :math:`D` stored_data. Tiers are marginal: reaching one leaves the gigabytes below it as
    they were. The path ``by_service`` hands the pooled price back by share of traffic.

    Limits: no traffic costs nothing; exactly at a boundary the whole lower tier is charged and nothing of the next.
    Not included: traffic between regions, through a content network or a private line, requests, snapshots.
    Source: https://www.egresscost.com/aws

    >>> bill = egress_bill(
    ...     internet_traffic=[50.0], free_traffic=0, tier_sizes=[10, 40, 100, 1e6],
    ...     tier_prices=[0.09, 0.085, 0.07, 0.05], gigabytes_per_terabyte="binary", free_part="inside",
    ...     zone_traffic=0, zone_price=0.01, zone_ends_paid="both", nat_traffic=0,
    ...     nat_traffic_price=0.045, nat_gateways=0, nat_gateway_price=0.045, public_addresses=0,
    ...     address_price=0.005, stored_data=0, storage_price=0.08, hours_per_month=730)
    >>> round(float(bill.total), 2)
    4403.2
    """
    each = np.atleast_1d(np.asarray(number(internet_traffic, "TB/month"), dtype=np.float64))
    sizes = np.atleast_1d(np.asarray(number(tier_sizes, "TB/month"), dtype=np.float64))
    prices = np.atleast_1d(np.asarray(number(tier_prices, "USD/GB"), dtype=np.float64))
    if sizes.shape[-1] != prices.shape[-1]:
        raise RackmathError("tier_prices: give as many prices as there are tier_sizes")
    per_terabyte = 1024.0 if gigabytes_per_terabyte == "binary" else 1000.0
    ends = np.cumsum(sizes, axis=-1) * per_terabyte
    starts = np.concatenate([np.zeros_like(ends[..., :1]), ends[..., :-1]], axis=-1)
    volume = each.sum(axis=-1) * per_terabyte
    free = np.minimum(number(free_traffic, "GB/month"), volume)
    if free_part == "before":
        full, waived = graduated(volume - free, starts, prices), np.zeros_like(volume)
    else:
        full, waived = graduated(volume, starts, prices), graduated(free, starts, prices)
    paid = full - waived
    shares = np.asarray(ratio(each, each.sum(axis=-1)[..., None], ""))
    beyond = volume if free_part == "inside" else volume - free
    occupied = in_each(beyond, starts) > 0
    last = np.maximum(occupied.sum(axis=-1) - 1, 0)
    shape = np.broadcast_shapes(last.shape, prices.shape[:-1])
    marginal = np.take_along_axis(
        np.broadcast_to(prices, (*shape, prices.shape[-1])), np.broadcast_to(last, shape)[..., None], axis=-1
    )[..., 0]
    warnings = []
    if some(beyond > ends[..., -1]):
        warnings.append("The traffic goes beyond the last tier; its price is taken to go on, which a quote may better.")
    ends_paid = 2.0 if zone_ends_paid == "both" else 1.0

    def usd(value: Any) -> Any:
        return tagged(value, "USD/month", free_traffic)

    return Result(
        "USD/month",
        {
            "internet": usd(full),
            "free_traffic": usd(-waived),
            "between_zones": convert(ends_paid * zone_traffic * zone_price, "GB/month*USD/GB", "USD/month"),
            "nat_traffic": convert(nat_traffic * nat_traffic_price, "GB/month*USD/GB", "USD/month"),
            "nat_gateways": _held(nat_gateways, nat_gateway_price, hours_per_month),
            "addresses": _held(public_addresses, address_price, hours_per_month),
            "storage": convert(stored_data * storage_price, "GB*USD/GB/month", "USD/month"),
        },
        notes={
            "billed_traffic": (tagged(volume - free, "GB/month", free_traffic), "GB/month"),
            "mean_internet_price": (tagged(ratio(paid, volume, ""), "USD/GB", free_traffic), "USD/GB"),
            "price_of_the_last_gigabyte": (tagged(marginal, "USD/GB", free_traffic), "USD/GB"),
        },
        paths={"by_service": Path(usd(shares * np.asarray(paid)[..., None]), "USD/month", "service")},
        warnings=warnings,
    )


def _held(count: Any, price: Any, hours: Any) -> Any:
    return convert(count * price * hours, "USD/hour*hour/month", "USD/month")
