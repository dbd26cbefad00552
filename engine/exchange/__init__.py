"""Excel in and out: exports of what a list shows, imports of what customers have."""
