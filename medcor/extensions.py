"""Unbound extensions; ``create_app`` binds them to one application."""

from __future__ import annotations

from flask_babel import Babel
from flask_jwt_extended import JWTManager
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_socketio import SocketIO
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of every model; its naming convention makes each constraint nameable."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


# Objects stay readable after the commit; the next transaction starts by expiring them.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "autoflush": False})
migrate = Migrate(render_as_batch=True, compare_type=True)
login = LoginManager()
jwt = JWTManager()
socketio = SocketIO()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address)
babel = Babel()
