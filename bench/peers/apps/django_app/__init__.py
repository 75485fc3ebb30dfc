"""One small Django project with two doors: Django REST framework and django-ninja."""
