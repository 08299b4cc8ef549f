//! What the filter calls.

use alloc::vec::Vec;
use core::ptr;

use portcullis_proxy_shell::{CertificateName, Done, Failed, Headers, Host, Level, Metric};

use crate::pairs;

/// The proxy that runs this module.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WasmHost;

impl Host for WasmHost {
    fn log(&self, level: Level, line: &str) {
        // SAFETY: the pointer and length are of one slice, read during the call.
        unsafe { proxy_log(number(level), line.as_ptr(), line.len()) };
    }

    fn logs(&self, level: Level) -> bool {
        let mut least = 0_u32;
        // SAFETY: the result is written during the call.
        let status = unsafe { proxy_get_log_level(&raw mut least) };
        status != OK || number(level) >= least
    }

    fn now_ns(&self) -> Option<u64> {
        let mut nanoseconds = 0_u64;
        // SAFETY: the result is written during the call.
        let status = unsafe { proxy_get_current_time_nanoseconds(&raw mut nanoseconds) };
        (status == OK).then_some(nanoseconds)
    }

    fn tick_every(&self, milliseconds: u32) {
        // SAFETY: passes a number.
        unsafe { proxy_set_tick_period_milliseconds(milliseconds) };
    }

    fn request_headers(&self) -> Option<Headers> {
        headers(REQUEST_HEADERS)
    }

    fn remove_request_header(&self, name: &str) -> Done {
        remove(REQUEST_HEADERS, name)
    }

    fn add_request_header(&self, name: &str, value: &[u8]) -> Done {
        add(REQUEST_HEADERS, name, value)
    }

    fn remove_response_header(&self, name: &str) -> Done {
        remove(RESPONSE_HEADERS, name)
    }

    fn add_response_header(&self, name: &str, value: &[u8]) -> Done {
        add(RESPONSE_HEADERS, name, value)
    }

    fn replace_request_header(&self, name: &str, value: &[u8]) -> Done {
        // SAFETY: each pointer and length are of one slice, read during the call.
        done(unsafe {
            proxy_replace_header_map_value(
                REQUEST_HEADERS,
                name.as_ptr(),
                name.len(),
                value.as_ptr(),
                value.len(),
            )
        })
    }

    fn drop_request_trailers(&self) -> Done {
        let none = pairs::write(&[]);
        // SAFETY: the pointer and length are of one slice, read during the call.
        done(unsafe { proxy_set_header_map_pairs(REQUEST_TRAILERS, none.as_ptr(), none.len()) })
    }

    fn has_certificate(&self) -> Option<bool> {
        match property("connection\0mtls")?.as_slice() {
            [0] => Some(false),
            [_] => Some(true),
            _ => None,
        }
    }

    fn certificate_name(&self, name: CertificateName) -> Option<Vec<u8>> {
        property(match name {
            CertificateName::Uri => "connection\0uri_san_peer_certificate",
            CertificateName::Dns => "connection\0dns_san_peer_certificate",
            CertificateName::Subject => "connection\0subject_peer_certificate",
        })
    }

    fn peer_address(&self) -> Option<Vec<u8>> {
        property("source\0address")
    }

    fn respond(&self, status: u16, details: &str, headers: &[(&str, &[u8])], body: &[u8]) -> Done {
        let headers = pairs::write(headers);
        // SAFETY: each pointer and length are of one slice, read during the call.
        done(unsafe {
            proxy_send_local_response(
                u32::from(status),
                details.as_ptr(),
                details.len(),
                body.as_ptr(),
                body.len(),
                headers.as_ptr(),
                headers.len(),
                NO_GRPC_STATUS,
            )
        })
    }

    fn call(&self, cluster: &str, headers: &[(&str, &[u8])], timeout_ms: u32) -> Option<u32> {
        let headers = pairs::write(headers);
        let mut token = 0_u32;
        // SAFETY: each pointer and length are of one slice, read during the call, in which
        // the result is written too.
        let status = unsafe {
            proxy_http_call(
                cluster.as_ptr(),
                cluster.len(),
                headers.as_ptr(),
                headers.len(),
                ptr::null(),
                0,
                ptr::null(),
                0,
                timeout_ms,
                &raw mut token,
            )
        };
        (status == OK).then_some(token)
    }

    fn call_headers(&self) -> Option<Headers> {
        headers(CALL_RESPONSE_HEADERS)
    }

    fn call_body(&self, bytes: usize) -> Option<Vec<u8>> {
        buffer(CALL_RESPONSE_BODY, bytes)
    }

    fn select(&self, stream: u32) -> Done {
        // SAFETY: passes a number.
        done(unsafe { proxy_set_effective_context(stream) })
    }

    fn resume(&self) -> Done {
        // SAFETY: passes a number.
        done(unsafe { proxy_continue_stream(REQUEST_STREAM) })
    }

    fn shared(&self, key: &str) -> Option<(Vec<u8>, u32)> {
        let mut token = 0_u32;
        // SAFETY: the pointer and length are of one slice, read during the call, in which
        // the results are written too.
        let value = received(|data, bytes| unsafe {
            proxy_get_shared_data(key.as_ptr(), key.len(), data, bytes, &raw mut token)
        })?;
        Some((value, token))
    }

    fn share(&self, key: &str, value: &[u8], token: u32) -> Done {
        // SAFETY: each pointer and length are of one slice, read during the call.
        done(unsafe {
            proxy_set_shared_data(key.as_ptr(), key.len(), value.as_ptr(), value.len(), token)
        })
    }

    fn define_metric(&self, kind: Metric, name: &str) -> Option<u32> {
        let kind = match kind {
            Metric::Counter => 0,
            Metric::Gauge => 1,
        };
        let mut metric = 0_u32;
        // SAFETY: the pointer and length are of one slice, read during the call, in which
        // the result is written too.
        let status =
            unsafe { proxy_define_metric(kind, name.as_ptr(), name.len(), &raw mut metric) };
        (status == OK).then_some(metric)
    }

    fn increment(&self, metric: u32) {
        // SAFETY: passes numbers.
        unsafe { proxy_increment_metric(metric, 1) };
    }

    fn record(&self, metric: u32, value: u64) {
        // SAFETY: passes numbers.
        unsafe { proxy_record_metric(metric, value) };
    }
}

fn headers(of: u32) -> Option<Headers> {
    // SAFETY: the results are written during the call.
    received(|data, bytes| unsafe { proxy_get_header_map_pairs(of, data, bytes) })
        .and_then(pairs::read)
}

/// Reads the configuration of the plugin that is being configured.
pub(super) fn configuration(bytes: usize) -> Option<Vec<u8>> {
    buffer(PLUGIN_CONFIGURATION, bytes)
}

/// Reads a property of the connection or stream, by the segments of its path.
fn property(path: &str) -> Option<Vec<u8>> {
    // SAFETY: the pointer and length are of one slice, read during the call.
    received(|data, bytes| unsafe { proxy_get_property(path.as_ptr(), path.len(), data, bytes) })
}

fn buffer(of: u32, bytes_max: usize) -> Option<Vec<u8>> {
    // SAFETY: the results are written during the call.
    received(|data, bytes| unsafe { proxy_get_buffer_bytes(of, 0, bytes_max, data, bytes) })
}

fn received(call: impl FnOnce(*mut *mut u8, *mut usize) -> u32) -> Option<Vec<u8>> {
    let (mut data, mut bytes) = (ptr::null_mut(), 0_usize);
    if call(&raw mut data, &raw mut bytes) != OK {
        return None;
    }
    if data.is_null() || bytes == 0 {
        return Some(Vec::new());
    }
    // SAFETY: a host hands over, once, what `proxy_on_memory_allocate` gave it for just so
    // many bytes, all of them written.
    Some(unsafe { Vec::from_raw_parts(data, bytes, bytes) })
}

const fn number(level: Level) -> u32 {
    match level {
        Level::Debug => 1,
        Level::Info => 2,
        Level::Warn => 3,
        Level::Error => 4,
    }
}

fn remove(map: u32, name: &str) -> Done {
    // SAFETY: the pointer and length are of one slice, read during the call.
    done(unsafe { proxy_remove_header_map_value(map, name.as_ptr(), name.len()) })
}

fn add(map: u32, name: &str, value: &[u8]) -> Done {
    // SAFETY: each pointer and length are of one slice, read during the call.
    done(unsafe {
        proxy_add_header_map_value(map, name.as_ptr(), name.len(), value.as_ptr(), value.len())
    })
}

const fn done(status: u32) -> Done {
    if status == OK { Ok(()) } else { Err(Failed) }
}

const OK: u32 = 0;
const REQUEST_HEADERS: u32 = 0;
const RESPONSE_HEADERS: u32 = 2;
const REQUEST_TRAILERS: u32 = 1;
const CALL_RESPONSE_HEADERS: u32 = 6;
const CALL_RESPONSE_BODY: u32 = 4;
const PLUGIN_CONFIGURATION: u32 = 7;
const REQUEST_STREAM: u32 = 0;
const NO_GRPC_STATUS: i32 = -1;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    fn proxy_log(level: u32, line: *const u8, bytes: usize) -> u32;
    fn proxy_get_log_level(level: *mut u32) -> u32;
    fn proxy_get_current_time_nanoseconds(nanoseconds: *mut u64) -> u32;
    fn proxy_set_tick_period_milliseconds(milliseconds: u32) -> u32;
    fn proxy_get_buffer_bytes(
        of: u32,
        start: usize,
        bytes_max: usize,
        data: *mut *mut u8,
        bytes: *mut usize,
    ) -> u32;
    fn proxy_get_header_map_pairs(of: u32, data: *mut *mut u8, bytes: *mut usize) -> u32;
    fn proxy_set_header_map_pairs(of: u32, pairs: *const u8, bytes: usize) -> u32;
    fn proxy_add_header_map_value(
        of: u32,
        name: *const u8,
        name_bytes: usize,
        value: *const u8,
        value_bytes: usize,
    ) -> u32;
    fn proxy_replace_header_map_value(
        of: u32,
        name: *const u8,
        name_bytes: usize,
        value: *const u8,
        value_bytes: usize,
    ) -> u32;
    fn proxy_remove_header_map_value(of: u32, name: *const u8, name_bytes: usize) -> u32;
    fn proxy_get_property(
        path: *const u8,
        path_bytes: usize,
        data: *mut *mut u8,
        bytes: *mut usize,
    ) -> u32;
    fn proxy_send_local_response(
        status: u32,
        details: *const u8,
        details_bytes: usize,
        body: *const u8,
        body_bytes: usize,
        headers: *const u8,
        headers_bytes: usize,
        grpc_status: i32,
    ) -> u32;
    fn proxy_http_call(
        cluster: *const u8,
        cluster_bytes: usize,
        headers: *const u8,
        headers_bytes: usize,
        body: *const u8,
        body_bytes: usize,
        trailers: *const u8,
        trailers_bytes: usize,
        timeout_ms: u32,
        token: *mut u32,
    ) -> u32;
    fn proxy_set_effective_context(context: u32) -> u32;
    fn proxy_continue_stream(stream: u32) -> u32;
    fn proxy_get_shared_data(
        key: *const u8,
        key_bytes: usize,
        data: *mut *mut u8,
        bytes: *mut usize,
        token: *mut u32,
    ) -> u32;
    fn proxy_set_shared_data(
        key: *const u8,
        key_bytes: usize,
        value: *const u8,
        value_bytes: usize,
        token: u32,
    ) -> u32;
    fn proxy_define_metric(kind: u32, name: *const u8, name_bytes: usize, metric: *mut u32) -> u32;
    fn proxy_increment_metric(metric: u32, by: i64) -> u32;
    fn proxy_record_metric(metric: u32, value: u64) -> u32;
}
