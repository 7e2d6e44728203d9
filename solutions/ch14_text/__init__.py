"""Language: recurrent networks and attention: the answers."""
