"""Read a page strictly."""

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "col", "img", "input", "hr"}


class Reader(HTMLParser):
    """Read a page strictly: every tag is closed in order. Keeps tags, attributes, exact numbers and visible text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.numbers, self.text, self.problems = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if len(dict(attrs)) != len(attrs):
            self.problems.append(f"an attribute twice in {tag}")
        if tag == "data":
            self.numbers.append(dict(attrs)["value"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)
