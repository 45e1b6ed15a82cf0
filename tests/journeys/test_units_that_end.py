"""Officers whose commune ends: they follow its territory, and never get more of it by themselves."""

import pytest

from routing import Router
from routing.gazetteer import TABLES, Gazetteer
from storage.models import Officer
from tests.town import Town, rows
from tips.officers import succession

OLD, NEW, MERGED, NEIGHBOUR = "90011", "90012", "90021", "90022"
#: code, name, valid_from, valid_to, successor; invented, and over since the town's summer.
STATES = [
    (OLD, "Đồng Trăng", "2025-07-01", "2026-08-01", NEW),
    (NEW, "Đồng Sao", "2026-08-01", "", ""),
    (MERGED, "Cồn Vạc", "2025-07-01", "2026-08-01", NEIGHBOUR),
    (NEIGHBOUR, "Cồn Sếu", "2025-07-01", "", ""),
]


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Router:
    folder = tmp_path_factory.mktemp("tables")
    for table in TABLES.glob("*.tsv"):
        (folder / table.name).write_bytes(table.read_bytes())
    with (folder / "communes.tsv").open("a", encoding="utf-8") as communes:
        for code, name, since, until, successor in STATES:
            cells = (code, "xã", name, "37", "9000", "20.25", "105.97", since, until, successor)
            communes.write("\t".join(cells) + "\n")
    return Router(Gazetteer(folder), ("37",))


async def test_who_has_the_same_territory_under_another_code_is_alerted_of_it(town: Town) -> None:
    desk, officer = await town.desk_officer(), await town.officer(900, commune=OLD)
    await town.run(succession.follow)
    await town.settle()
    await town.citizen().says("mất xe ở xã Đồng Sao tối qua")
    await town.citizen().presses("Đồng ý và gửi")
    assert "Tin số 1" in officer.text
    assert "hết hiệu lực" not in desk.text


async def test_whose_commune_was_merged_gets_no_more_territory_and_the_desk_is_told_once(
    town: Town,
) -> None:
    desk, officer = await town.desk_officer(), await town.officer(900, commune=MERGED, name="Bình")
    for _ in range(2):
        await town.run(succession.follow)
        await town.settle()
    told = [text for text in desk.texts if "hết hiệu lực" in text]
    assert told == [
        "Nhân sự: xã Cồn Vạc đã hết hiệu lực, nay thuộc xã Cồn Sếu. Tin mới ở đó không tới Bình. "
        "Đề nghị mời lại theo đơn vị mới."
    ]
    await town.citizen().says("mất xe ở xã Cồn Sếu tối qua")
    await town.citizen().presses("Đồng ý và gửi")
    assert "Tin số 1" not in officer.text
    assert "Tin số 1" in desk.text
    (enlisted,) = [o for o in await rows(town.database, Officer) if o.commune_code]
    assert enlisted.commune_code == MERGED
