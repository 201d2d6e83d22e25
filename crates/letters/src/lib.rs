//! The credential letter as a PDF, and the spool it waits in.
