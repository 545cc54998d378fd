"""What several blueprints share between HTTP or sockets and the services."""
