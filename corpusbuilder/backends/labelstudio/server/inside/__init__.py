"""What runs under the Python that has Label Studio. A folder of its own: all that lies in it can be imported there."""
