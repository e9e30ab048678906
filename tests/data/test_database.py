from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
import traceback
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

import data.database
from data import database
from data.database import SCHEMA, Database
from data.errors import (
    DamagedRecordError,
    NotADatabaseError,
    SchemaTooNewError,
    StoreError,
    StoreFullError,
    StoreLockedError,
)
from data.models import Base
from data.store import Store, default_path
from tests.data import samples

ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "data" / "migrations"


@contextmanager
def _plain(path: Path) -> Generator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection, connection:
        yield connection


def _run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_store_is_made_at_its_first_use(tmp_path: Path):
    path = tmp_path / "clinic" / "myograph.db"
    store = Store(path)
    assert not path.exists()
    assert store.people.all() == []
    assert path.exists()
    assert store.captures == tmp_path / "clinic" / "captures"
    store.close()


def test_only_the_owner_may_read_the_file(tmp_path: Path):
    store = Store(tmp_path / "myograph.db")
    samples.visit(store)
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o077 == 0
    store.close()


def test_the_safe_settings_are_on(tmp_path: Path):
    base = Database(tmp_path / "x.db")
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "trusted_schema": 0,
        "secure_delete": 1,
        "busy_timeout": 5000,
    }
    with base.reading() as session:
        found = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in wanted}
    assert found == wanted
    base.close()


def test_models_and_migrations_agree(tmp_path: Path):
    Store(tmp_path / "x.db").open()
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        differences: list[Any] = list(compare_metadata(context, Base.metadata))
    engine.dispose()
    assert differences == []


def test_the_known_schema_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]


def test_importing_the_store_and_opening_it_again_stay_cheap(tmp_path: Path):
    Store(tmp_path / "x.db").open()
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from data.store import Store\n"
        "print('sqlalchemy' in sys.modules)\n"
        "Store(Path(sys.argv[1])).people.all()\n"
        "print('alembic' in sys.modules)\n"
    )
    assert _run(code, str(tmp_path / "x.db")).split() == ["False", "False"]


def test_journals_need_no_database():
    code = "import sys, data.journal\nprint('sqlalchemy' in sys.modules)"
    assert _run(code).strip() == "False"


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path):
    path = tmp_path / "x.db"
    store = Store(path)
    store.open()
    store.close()
    with _plain(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    before = path.read_bytes()
    with pytest.raises(SchemaTooNewError, match=r"newer Myograph.*Nothing was changed.*Update"):
        Store(path).people.all()
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 2\0" * 100, bytes(5000)])
def test_a_file_that_is_no_database_is_never_overwritten(tmp_path: Path, content: bytes):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(NotADatabaseError, match="left as it is"):
        Store(path).open()
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_the_database_of_another_program_is_left_alone(tmp_path: Path):
    path = tmp_path / "other.db"
    with _plain(path) as connection:
        connection.execute("CREATE TABLE trials (id)")
    before = path.read_bytes()
    with pytest.raises(NotADatabaseError, match="another program"):
        Store(path).open()
    assert path.read_bytes() == before


def test_a_damaged_database_says_so(tmp_path: Path):
    path = tmp_path / "x.db"
    store = Store(path)
    samples.visit(store)
    store.close()
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(DamagedRecordError, match="is damaged"):
        Store(path).people.all()


@pytest.mark.parametrize(
    "change", ["DELETE FROM", "UPDATE {} SET version_num = 'x'; SELECT * FROM"]
)
def test_a_database_without_its_schema_says_so(tmp_path: Path, change: str):
    store = Store(tmp_path / "x.db")
    samples.visit(store)
    store.close()
    with _plain(tmp_path / "x.db") as connection:
        connection.executescript(f"{change.format('alembic_version')} alembic_version")
    with pytest.raises(DamagedRecordError, match="schema is not known"):
        Store(tmp_path / "x.db").open()


def test_a_database_ended_while_it_was_made_is_made_again(tmp_path: Path):
    path = tmp_path / "x.db"
    with _plain(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    assert path.stat().st_size > 0
    assert Store(path).people.all() == []


def test_a_failing_migration_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # A migration folder of its own, whose second statement is wrong.
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    first = next((folder / "versions").glob("0001*.py"))
    newer = f"{int(SCHEMA) + 1:04d}"
    (folder / "versions" / f"{newer}_wrong.py").write_text(
        f"from alembic import op\nrevision = '{newer}'\ndown_revision = '{SCHEMA}'\n"
        "def upgrade():\n    op.execute('CREATE TABLE half (x)')\n    op.execute('nonsense')\n"
    )
    assert first.exists()
    path = tmp_path / "x.db"
    Store(path).open()
    monkeypatch.setattr(data.database, "SCHEMA", newer)
    monkeypatch.setattr(data.database, "MIGRATIONS", folder)
    with pytest.raises(StoreError, match="could not be used"):
        Store(path).open()
    with _plain(path) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        assert "half" not in names
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (SCHEMA,)


def test_odd_names_of_folders_are_no_trouble(tmp_path: Path):
    for name in ("100 %", "a?b#c", "ümläut", "file:x"):
        store = Store(tmp_path / name / "my data.db")
        assert samples.visit(store).clinician == "M. Lindqvist"
        assert (tmp_path / name / "my data.db").exists()
        assert store.verify().is_sound
        store.close()


def test_a_folder_that_cannot_be_written_is_a_plain_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"could not be used.*Captures are safe.*Check the disk"):
        Store(tmp_path / "file" / "x.db").open()


def test_a_lock_is_waited_for_and_then_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    path = tmp_path / "x.db"
    store = Store(path)
    store.open()
    with _plain(path) as other:
        other.execute("BEGIN IMMEDIATE")
        assert store.people.all() == []  # reading goes on
        begin = time.monotonic()
        with pytest.raises(StoreLockedError, match="captures are safe"):
            store.people.add(samples.person())
        assert time.monotonic() - begin >= 0.15
    store.people.add(samples.person())
    store.close()


def test_two_threads_with_a_store_each_lose_nothing(tmp_path: Path):
    path = tmp_path / "x.db"
    Store(path).open()

    def add(name: str) -> None:
        store = Store(path)
        session = samples.visit(store, name)
        for _ in range(25):
            before = store.people.get(session.person_id)
            store.people.add(samples.person(f"{name} {before.name}"))
        store.close()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(add, ("first", "second")))
    store = Store(path)
    assert len(store.people.all()) == 52
    assert store.verify().is_sound
    store.close()


def test_a_full_database_says_so(tmp_path: Path):
    base = Database(tmp_path / "x.db")
    with base.reading() as session:
        session.execute(text("PRAGMA max_page_count=33"))
    store = Store(tmp_path / "x.db")
    store.__dict__["_database"] = base
    store.people.add(samples.person())
    with pytest.raises(StoreFullError, match="no room left"):
        store.people.add(samples.person(name="x" * 100_000))
    assert len(store.people.all()) == 1
    base.close()


def test_an_erased_name_is_gone_from_the_file(tmp_path: Path):
    path = tmp_path / "x.db"
    base = Database(path)
    store = Store(path)
    store.people.add(samples.person("Zyxwvut"))
    with base.writing() as session:
        session.execute(text("DELETE FROM people"))
    base.close()
    store.close()
    assert b"Zyxwvut" not in path.read_bytes()
    assert not path.with_name("x.db-wal").exists()


def test_a_closed_store_opens_again(tmp_path: Path):
    store = Store(tmp_path / "x.db")
    session = samples.visit(store)
    store.close()
    store.close()
    assert store.sessions.get(session.id) == session
    store.close()


def test_the_database_lives_in_the_data_folder_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert default_path() == tmp_path / "myograph" / "myograph.db"
    assert default_path().name == "myograph.db"


def test_no_error_repeats_a_name(tmp_path: Path):
    store = Store(tmp_path / "x.db")
    store.open()
    with samples.altered(store) as connection:
        connection.execute("ALTER TABLE people DROP COLUMN notes")
    who = samples.person("Zyxwvut")
    with pytest.raises(StoreError) as failure:
        store.people.add(who)
    told = "".join(traceback.format_exception(failure.value))
    assert "people" in told
    assert who.name not in told
    store.close()
