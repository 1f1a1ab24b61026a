"""A person with a browser, over plain HTTP: keeps cookies, follows redirects inside XWMS, fills in its forms.

Anything but the pages that are expected, in their order, is an error.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

MOST_REDIRECTS = 10


@dataclass
class Form:
    """A form of a page, with its fields."""

    action: str
    method: str
    names: set = field(default_factory=set)
    hidden: dict = field(default_factory=dict)
    choices: set = field(default_factory=set)


@dataclass
class End:
    """Where a walk through redirects ended: at a page of XWMS, or (without text) at a URL that is not XWMS's."""

    url: str
    text: str | None = None

    @property
    def path(self):
        """The path of the URL."""
        return urlsplit(self.url).path


class Person:
    """Somebody with an account and one browser profile."""

    def __init__(self, issuer, email, password):
        self._issuer = issuer
        self._email = email
        self._password = password
        self._browser = requests.Session()
        self._browser.trust_env = False
        self._browser.headers["Accept"] = "text/html"

    def sign_in_and_allow(self, authorization_url):
        """Signs in, allows what is asked, and returns the URL at the relying party that the browser is sent to."""
        login = self.reach_page(authorization_url, "/login")
        form = form_to(login, "/login")
        check(form.names >= {"email", "password"}, "the login form asks for both")

        consent = self._submit(form, {"email": self._email, "password": self._password})
        check(consent.path == "/consent", f"after the login comes the consent page, not {consent}")
        form = form_to(consent, "/consent")
        check(form.choices == {("decision", "allow"), ("decision", "deny")}, "both answers are offered")

        away = self._submit(form, {"decision": "allow"})
        check(away.text is None, f"after the consent XWMS is left, not {away}")
        return away.url

    def pass_through(self, url):
        """Opens a URL of XWMS that shows no page, and returns where it leads."""
        end = self._walk(url)
        check(end.text is None, f"no page is shown, not {end}")
        return end.url

    def reach_page(self, url, path):
        """Opens a URL of XWMS that ends at this page of its own."""
        end = self._walk(url)
        check(end.text is not None and end.path == path, f"{path} was expected, not {end}")
        return end

    def _submit(self, form, answers):
        fields = form.hidden | answers
        check(fields.get("flow") and fields.get("csrf"), "the form names its flow and carries a csrf token")
        return self._walk(form.action, fields)

    def _walk(self, url, fields=None):
        for _ in range(MOST_REDIRECTS):
            if origin(url) != self._issuer:
                return End(url)
            if fields is None:
                answer = self._browser.get(url, allow_redirects=False, timeout=30)
            else:
                own = {"Origin": self._issuer, "Sec-Fetch-Site": "same-origin"}
                answer = self._browser.post(url, data=fields, headers=own, allow_redirects=False, timeout=30)
            if answer.status_code == 200:
                check(answer.headers["Content-Type"].startswith("text/html"), f"{url} is a page")
                return End(url, answer.text)
            check(answer.status_code == 303, f"{url} answered {answer.status_code}: {answer.text}")
            url, fields = urljoin(url, answer.headers["Location"]), None
        raise AssertionError(f"more than {MOST_REDIRECTS} redirects, the last to {url}")


class _Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, page):
        super().__init__()
        self.forms = []
        self._page = page
        self._open = None
        self.feed(page.text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        name, value = attributes.get("name"), attributes.get("value") or ""
        if tag == "form":
            action = urljoin(self._page.url, attributes.get("action") or "")
            self._open = Form(action, (attributes.get("method") or "get").lower())
            self.forms.append(self._open)
        elif self._open is None or name is None:
            return
        elif tag == "input":
            self._open.names.add(name)
            if attributes.get("type") == "hidden":
                self._open.hidden[name] = value
        elif tag == "button":
            self._open.choices.add((name, value))

    def handle_endtag(self, tag):
        if tag == "form":
            self._open = None


def form_to(page, path):
    """The one form of a page that is posted to this path."""
    forms = [form for form in _Forms(page).forms if form.method == "post" and urlsplit(form.action).path == path]
    check(len(forms) == 1, f"{page.url} has one form that is posted to {path}")
    check(origin(forms[0].action) == origin(page.url), "the form is posted to the page's own site")
    return forms[0]


def origin(url):
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def check(holds, what):
    """Raises an error when something does not hold; unlike `assert`, it stays under `python -O`."""
    if not holds:
        raise AssertionError(what)
