"""The file format of a brain, and the store that keeps it safe.

`Document` is one Markdown file, changed place by place; `Vault` is the folder, with its journal.
"""

from rackmath.vault.block import Block, Fault
from rackmath.vault.document import Citation, Document
from rackmath.vault.ids import ID, new_id, slug, stable_id
from rackmath.vault.journal import Event
from rackmath.vault.store import Conflict
from rackmath.vault.vault import Revision, Vault
from rackmath.vault.yamltext import Printed, YamlProblem
from rackmath.vault.yamltext import dump as write_yaml
from rackmath.vault.yamltext import parse as parse_yaml

__all__ = [
    "ID",
    "Block",
    "Citation",
    "Conflict",
    "Document",
    "Event",
    "Fault",
    "Printed",
    "Revision",
    "Vault",
    "YamlProblem",
    "new_id",
    "parse_yaml",
    "slug",
    "stable_id",
    "write_yaml",
]
