//! Numbers against plain integers and big ones.
