//! The command; everything it does is [`strukturfonds::cli::run`].

use std::io::{self, BufWriter, IsTerminal};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut stdout = BufWriter::new(io::stdout().lock());
    // Not locked: the progress bar draws from a thread of its own.
    let mut stderr = io::stderr();
    let terminal = stderr.is_terminal();
    let args = std::env::args_os().skip(1);
    strukturfonds::cli::run(args, &mut stdout, &mut stderr, terminal).into()
}
