"""Price lists of model APIs: where they come from, what a model cost on a day, and what usage costs by them."""

from rackmath.meter.prices.bill import Bill, bill
from rackmath.meter.prices.book import Book, Books, Listed, Tier, Unpriced
from rackmath.meter.prices.compression import Compression, compression, read_offers
from rackmath.meter.prices.figure_book import FigureBook
from rackmath.meter.prices.history import Change, changes
from rackmath.meter.prices.package_book import PackageBook
from rackmath.meter.prices.table_book import TableBook
from rackmath.meter.prices.usage import Usage, read_usage

__all__ = [
    "Bill",
    "Book",
    "Books",
    "Change",
    "Compression",
    "FigureBook",
    "Listed",
    "PackageBook",
    "TableBook",
    "Tier",
    "Unpriced",
    "Usage",
    "bill",
    "changes",
    "compression",
    "read_offers",
    "read_usage",
]
