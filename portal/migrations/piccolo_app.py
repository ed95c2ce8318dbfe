"""The one Piccolo app: one linear history for all tables, whichever package defines them."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

APP_CONFIG = AppConfig(
    app_name="chartway", migrations_folder_path=str(Path(__file__).parent / "history"), table_classes=[]
)
