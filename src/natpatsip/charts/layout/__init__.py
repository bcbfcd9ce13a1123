"""Where everything on a chart goes: sizes, text widths, axes, labels and legends, all known before it is drawn."""
