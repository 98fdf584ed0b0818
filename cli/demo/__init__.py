"""What the `demo` command needs: an invented fleet to run the whole job on."""
