"""Dollars of one price year, tied together by the consumer price index.

Source: US Bureau of Labor Statistics, CPI-U, US city average, all items, annual averages (1982-84 = 100),
https://www.bls.gov/cpi/ (series CUUR0000SA0). A year that is not in the table is refused, never extrapolated.
"""

from __future__ import annotations

CPI_U: dict[int, float] = {
    1990: 130.7,
    1995: 152.4,
    2000: 172.2,
    2005: 195.3,
    2010: 218.056,
    2011: 224.939,
    2012: 229.594,
    2013: 232.957,
    2014: 236.736,
    2015: 237.017,
    2016: 240.007,
    2017: 245.120,
    2018: 251.107,
    2019: 255.657,
    2020: 258.811,
    2021: 270.970,
    2022: 292.655,
    2023: 304.702,
    2024: 313.689,
}
BASE_YEAR = 2024


def definitions() -> list[str]:
    """Return unit definitions that express a dollar of each price year in dollars of `BASE_YEAR`."""
    base = CPI_U[BASE_YEAR]
    return [f"USD_{year} = {base / index!r} * USD_{BASE_YEAR}" for year, index in CPI_U.items() if year != BASE_YEAR]
