"""The WSGI object: `gunicorn app:app`, or `python app.py` for a look around."""

from engine.web.app import create_app

app = create_app()

if __name__ == "__main__":
    app.run(port=8080)
