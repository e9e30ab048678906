"""What can be added to a visit: a button with its key for each."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from app.theme import set_state, space, theme
from app.visit_items import KINDS
from app.widgets.controls import Button


class VisitAdditions(QWidget):
    """The buttons are for the page to connect; `items` are those of `KINDS`, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.test = Button("Test", "primary", icon_name="test", key="T")
        self.treatment = Button("Treatment", icon_name="treatment", key="E")
        self.exercises = Button("Exercises", icon_name="exercise", key="X")
        self.measure = Button("Result", icon_name="measure", key="F")
        self.items = [Button(kind.word, icon_name=kind.icon, key=kind.key) for kind in KINDS]
        self.take_over = Button("Import", icon_name="import", key="I")
        grid = QGridLayout(self)
        grid.setSpacing(space(2))
        grid.setContentsMargins(space(2), space(2), space(2), space(2))
        every = (
            self.test, self.treatment, self.exercises, self.measure, *self.items, self.take_over,
        )  # fmt: skip
        is_wide = theme().text_scale <= 1.25
        for place, button in enumerate(every):
            if not is_wide:  # icon and key alone leave room for the time line
                word = button.text()
                button.setText("")
                button.setToolTip(word)
                button.setAccessibleName(word)
            grid.addWidget(button, *divmod(place, 2 if is_wide else 3))
        grid.setRowMinimumHeight(0, self.test.sizeHint().height())  # as the next step or not

    def allow_today(self, *, is_today: bool) -> None:
        """What is done with the athlete in the room is added on the day alone."""
        self.test.setVisible(is_today)
        self.treatment.setVisible(is_today)

    def show_next_step(self, *, is_test: bool) -> None:
        """Whether a test is the next step, or something is being chosen or written already."""
        set_state(self.test, kind="primary" if is_test else "normal")
