"""What was erased by law is said to be so on the page, and its words are not there."""

from inbox.store.erasing import Erasure
from tests.handlers.web.conftest import Pages

NAME = "My name is Leila Qasim"


async def test_an_erased_conversation_is_read_without_its_words(pages: Pages) -> None:
    ref = await pages.hear(NAME, person="leila")
    await pages.hear_more(ref, f"Again: {NAME}")
    anna = await pages.officer()
    assert NAME in (await anna.get(f"/c/{ref}")).text
    order = Erasure("erase-1", ref, ref, "GDPR 17", "root", pages.inbox.now(), replayed=True)
    assert await pages.inbox.archive.eraser.erase(order) is None
    for page in (f"/c/{ref}", "/", "/find?words=Leila"):
        seen = (await anna.get(page)).text
        assert "Qasim" not in seen
    assert "Erased by law" in (await anna.get(f"/c/{ref}")).text
