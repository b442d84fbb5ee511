"""Whose presses were made under other faces than most stores': the happy ones of three faces are not those of two."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from server.database.store_figures import StoreCount


def stores_apart(counts: Mapping[int, Iterable[StoreCount]], question_ids: Collection[int]) -> frozenset[int]:
    """The stores whose counted presses on these questions had another number of faces, or several, than most stores' had.

    A middle face takes presses from both others, so such a store would seem worse by its boxes alone. Of two kinds of stores
    that are as many, the one with more presses is the usual one.
    """
    faces_of: dict[int, frozenset[int]] = {}
    stores: Counter[frozenset[int]] = Counter()
    presses: Counter[frozenset[int]] = Counter()
    for store_id, rows in counts.items():
        by_faces: Counter[int] = Counter()
        for row in rows:
            if row.question_id in question_ids:
                by_faces[row.faces] += row.positive + row.neutral + row.negative
        faces = frozenset(number for number, count in by_faces.items() if count)
        if faces:
            faces_of[store_id] = faces
            stores[faces] += 1
            presses[faces] += by_faces.total()
    alike = [faces for faces in stores if len(faces) == 1]
    usual = max(alike, key=lambda faces: (stores[faces], presses[faces], *faces), default=frozenset[int]())
    return frozenset(store_id for store_id, faces in faces_of.items() if faces != usual)
