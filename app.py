"""The WSGI object: `gunicorn app:app`, or `python app.py` for a look around."""

from engine.web.app import create_app
from engine.web.process import settle

app = create_app()
settle()

if __name__ == "__main__":
    app.run(port=8080)
