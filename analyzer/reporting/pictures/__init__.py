"""Pictures as SVG, made by code from a result; each carries what it shows in words."""

from analyzer.reporting.pictures.matrix import matrix_picture
from analyzer.reporting.pictures.paths import flow_picture, path_picture
from analyzer.reporting.pictures.permissions import legend, permission_picture
from analyzer.reporting.pictures.score import score_picture, segments

__all__ = ["flow_picture", "legend", "matrix_picture", "path_picture", "permission_picture", "score_picture", "segments"]
