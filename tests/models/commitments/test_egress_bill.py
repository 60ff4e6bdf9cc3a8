"""Egress by tier, to the cent, and what else surrounds compute."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rackmath.errors import RackmathError
from rackmath.models.commitments.egress_bill import egress_bill

# https://thenegotiationexperts.com/blog/aws-egress-data-transfer-cost-negotiation/
BASE: dict[str, Any] = {
    "internet_traffic": [0.0],
    "free_traffic": 0.0,
    "tier_sizes": [10.0, 40.0, 100.0, 1e6],
    "tier_prices": [0.09, 0.085, 0.07, 0.05],
    "gigabytes_per_terabyte": "binary",
    "free_part": "inside",
    "zone_traffic": 0.0,
    "zone_price": 0.01,
    "zone_ends_paid": "both",
    "nat_traffic": 0.0,
    "nat_traffic_price": 0.045,
    "nat_gateways": 0.0,
    "nat_gateway_price": 0.045,
    "public_addresses": 0.0,
    "address_price": 0.005,
    "stored_data": 0.0,
    "storage_price": 0.08,
    "hours_per_month": 730.0,
}


@pytest.mark.parametrize(
    ("terabytes", "counted", "cost"),
    [
        # 10,000 × 0.09 + 40,000 × 0.085 = 900 + 3,400
        (50.0, "decimal", 4300.00),
        # 10,240 × 0.09 + 40,960 × 0.085 = 921.60 + 3,481.60
        (50.0, "binary", 4403.20),
        # + 100,000 × 0.07
        (150.0, "decimal", 11_300.00),
        # + 102,400 × 0.07 = 7,168
        (150.0, "binary", 11_571.20),
        # + 51,200 × 0.05 = 2,560
        (200.0, "binary", 14_131.20),
        (200.0, "decimal", 13_800.00),
        (0.0, "binary", 0.0),
    ],
)
def test_marginal_tiers(terabytes: float, counted: str, cost: float) -> None:
    found = egress_bill(**BASE | {"internet_traffic": [terabytes], "gigabytes_per_terabyte": counted})
    assert round(float(found.total), 2) == cost


def test_services_share_the_free_part_and_the_tiers() -> None:
    # ap-southeast-2: EC2 and S3 send 1 GB each, 1 GB is free once: 0.114 dollars, not nothing
    # (https://chengqing.dev/en/2020/01/23/aws-data-transfer/)
    sydney = {
        "internet_traffic": [1 / 1024, 1 / 1024],
        "free_traffic": 1.0,
        "tier_sizes": [10.0, 40.0, 100.0, 1e6],
        "tier_prices": [0.114, 0.098, 0.094, 0.092],
    }
    found = egress_bill(**BASE | sydney)
    assert found.total == pytest.approx(0.114)
    np.testing.assert_allclose(found.paths["by_service"].values, [0.057, 0.057])
    assert found.notes["billed_traffic"].value == pytest.approx(1.0)


def test_five_terabytes_with_a_free_hundred_and_traffic_between_zones() -> None:
    # 5,120 - 100 = 5,020 GB × 0.09 = 451.80; 500 GB between zones at both ends × 0.01 = 10
    # (https://cloud-cost-557.pages.dev/blog/estimate-aws-data-transfer-bill/)
    case = {"internet_traffic": [5.0], "free_traffic": 100.0, "zone_traffic": 500.0}
    found = egress_bill(**BASE | case)
    assert round(float(found.total), 2) == 461.80
    assert found.lines["internet"] + found.lines["free_traffic"] == pytest.approx(451.80)
    assert egress_bill(**BASE | case | {"zone_ends_paid": "one"}).total == pytest.approx(456.80)


def test_where_the_free_part_lies_matters_above_the_first_tier() -> None:
    # inside: the first tier ends at 10,240 GB, 100 of it free: 10,140 × 0.09 + 10,240 × 0.085 = 912.60 + 870.40
    inside = egress_bill(**BASE | {"internet_traffic": [20.0], "free_traffic": 100.0})
    assert inside.total == pytest.approx(1783.00)
    # before: 20,380 GB are charged, 10,240 of them in the first tier: 921.60 + 10,140 × 0.085 = 861.90
    before = egress_bill(**BASE | {"internet_traffic": [20.0], "free_traffic": 100.0, "free_part": "before"})
    assert before.total == pytest.approx(1783.50)


@pytest.mark.parametrize("part", ["inside", "before"])
def test_less_than_the_free_part_is_free(part: str) -> None:
    found = egress_bill(**BASE | {"internet_traffic": [0.05], "free_traffic": 100.0, "free_part": part})
    assert found.total == 0
    assert found.notes["billed_traffic"].value == 0
    assert found.notes["mean_internet_price"].value == 0


def test_an_exact_boundary_belongs_to_the_lower_tier() -> None:
    at = egress_bill(**BASE | {"internet_traffic": [10.0]})
    above = egress_bill(**BASE | {"internet_traffic": [10.0 + 1 / 1024]})
    assert at.notes["price_of_the_last_gigabyte"].value == 0.09
    assert above.notes["price_of_the_last_gigabyte"].value == 0.085
    assert float(above.total) - float(at.total) == pytest.approx(0.085)


def test_beyond_the_last_tier_the_last_price_goes_on() -> None:
    case = {"internet_traffic": [200.0], "tier_sizes": [10.0, 40.0, 100.0], "tier_prices": [0.09, 0.085, 0.07]}
    found = egress_bill(**BASE | case)
    # 11,571.20 + 51,200 × 0.07
    assert found.total == pytest.approx(15_155.20)
    assert "beyond the last tier" in found.warnings[0]
    assert egress_bill(**BASE | {"internet_traffic": [200.0]}).warnings == ()


def test_against_a_bill_summed_gigabyte_by_gigabyte() -> None:
    def price(gigabyte: int) -> float:
        return 0.09 if gigabyte < 3 else 0.085 if gigabyte < 10 else 0.07

    small = {"tier_sizes": [0.003, 0.007, 1.0], "tier_prices": [0.09, 0.085, 0.07], "gigabytes_per_terabyte": "decimal"}
    for count in (0, 2, 3, 4, 10, 11, 25):
        found = egress_bill(**BASE | small | {"internet_traffic": [count / 1000]})
        assert found.total == pytest.approx(sum(price(each) for each in range(count)), abs=1e-12)


@pytest.mark.parametrize(
    ("gateways", "gigabytes", "cost"),
    # 730 h × 0.045 = 32.85 + 500 × 0.045 = 22.50; three: 98.55 + 2,048 × 0.045 = 92.16; 98.55 + 20,480 × 0.045 = 921.60
    # (https://basavytix.com/blog/aws-nat-gateway-pricing)
    [(1, 500.0, 55.35), (3, 2048.0, 190.71), (3, 20_480.0, 1020.15)],
)
def test_gateways(gateways: float, gigabytes: float, cost: float) -> None:
    found = egress_bill(**BASE | {"nat_gateways": gateways, "nat_traffic": gigabytes})
    assert round(float(found.total), 2) == cost


def test_addresses_and_disks() -> None:
    # 0.005 × 730 = 3.65; 500 GB × 0.08 = 40 (https://www.doit.com/blog/aws-ec2-pricing)
    found = egress_bill(**BASE | {"public_addresses": 1.0, "stored_data": 500.0})
    assert found.lines["addresses"] == pytest.approx(3.65)
    assert found.lines["storage"] == pytest.approx(40)


def test_negative_traffic_and_uneven_lists_are_refused() -> None:
    with pytest.raises(RackmathError, match="internet_traffic"):
        egress_bill(**BASE | {"internet_traffic": [-1.0]})
    with pytest.raises(RackmathError, match="tier_prices"):
        egress_bill(**BASE | {"tier_prices": [0.09]})
