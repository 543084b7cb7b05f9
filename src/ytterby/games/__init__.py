"""Pure mathematics of sharing, bargaining, trust and voting; knows no market."""
