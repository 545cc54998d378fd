"""The server's entry: patch first, then make the application; ``python wsgi.py`` serves."""

from medcor import runtime

runtime.patch()

from medcor import create_app  # noqa: E402
from medcor.server import serve  # noqa: E402

app = create_app()

if __name__ == "__main__":
    serve(app)
