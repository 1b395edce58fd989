//! The codes of templates and the values behind them.
