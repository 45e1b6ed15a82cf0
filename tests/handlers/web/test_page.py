"""The page: words from the catalog, nothing inline, nothing from elsewhere."""

import re

import httpx
import pytest

from handlers.web.page import STATIC, keys, render, source, static_files
from words.texts import Language, Texts, catalog


@pytest.mark.parametrize("language", Language)
def test_the_page_is_filled_in_every_language(language: Language) -> None:
    page = render(Texts(), language)
    assert "{{" not in page
    assert f'<html lang="{language}">' in page


def test_every_word_of_the_page_is_used_and_known() -> None:
    said = {key for key in catalog(Language.VI) if key.startswith("web.")}
    assert said - {"web.refused"} == keys()  # the guard says that one


def test_the_page_says_what_it_is_and_whom_to_call() -> None:
    page = render(Texts(), Language.VI)
    assert "cơ sở dữ liệu riêng" in page
    assert "113" in page


def test_words_are_escaped_wherever_they_stand() -> None:
    page = render(Texts({"police": '"><script>alert(1)</script>'}), Language.VI)
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_nothing_is_inline_and_nothing_comes_from_elsewhere() -> None:
    page = source()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<iframe", page)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", page))
    everything = page + "".join(content.decode() for _, content in static_files().values())
    assert set(re.findall(r"https?://[^\s\"']+", everything)) <= {"http://www.w3.org/2000/svg"}


def test_people_s_words_enter_the_page_as_text_only() -> None:
    scripts = "".join(path.read_text("utf-8") for path in STATIC.glob("*.js"))
    forbidden = r"innerHTML|outerHTML|insertAdjacent|document\.write|DOMParser|eval\(|new Function"
    assert not re.search(forbidden, scripts)


def test_scripts_say_nothing_themselves() -> None:
    for path in STATIC.glob("*.js"):
        assert path.read_text("utf-8").isascii(), f"{path.name}: words belong into words/*.po"


async def test_the_page_loads_all_its_parts(stranger: httpx.AsyncClient) -> None:
    page = await stranger.get("/")
    assert page.status_code == 200
    parts = set(re.findall(r'(?:href|src)="(/web/static/[^"]+)"', page.text))
    for script in STATIC.glob("*.js"):
        parts |= {f"/web/static/{name}" for name in re.findall(r'"\./(.+?)"', script.read_text())}
    assert {part.rpartition("/")[2] for part in parts} == set(static_files())
    for part in parts:
        assert (await stranger.get(part)).status_code == 200


@pytest.mark.parametrize("name", ["page.html", "..%2Fguard.py", "unknown.js"])
async def test_nothing_else_is_served(stranger: httpx.AsyncClient, name: str) -> None:
    assert (await stranger.get(f"/web/static/{name}")).status_code == 404


async def test_the_page_speaks_the_language_it_is_asked_for(stranger: httpx.AsyncClient) -> None:
    assert 'lang="vi"' in (await stranger.get("/?lang=xx")).text[:40]
    assert 'lang="en"' in (await stranger.get("/?lang=en")).text[:40]


async def test_a_reader_from_elsewhere_is_told_why_in_one_sentence(
    stranger: httpx.AsyncClient,
) -> None:
    answer = await stranger.get("/", headers={"x-forwarded-for": "10.0.0.1"})
    assert answer.status_code == 403
    assert answer.text == Texts()("web.refused", Language.VI)
