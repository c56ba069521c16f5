using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Velox.Node;

/// <summary>One method: writes its result as exactly one JSON value, or throws <see cref="RpcException"/>.</summary>
public delegate void RpcMethod(RpcParameters parameters, Utf8JsonWriter writer);

/// <summary>JSON-RPC 2.0: takes untrusted bytes, calls methods by name, gives the bytes of the answer.</summary>
/// <remarks>Never throws for what the bytes hold. Safe on several threads if the methods are.</remarks>
public sealed class RpcDispatcher(
    IReadOnlyDictionary<string, RpcMethod> methods, int maxBatchCalls, RpcCounters counters)
{
    /// <summary>Longest result of one call; a call with a longer one fails.</summary>
    public const int MaxAnswerBytes = 64 * 1024 * 1024;

    /// <summary>
    /// Once a batch's answers are this long, its further calls are refused: small calls may have large answers.
    /// </summary>
    public const int MaxBatchAnswerBytes = 32 * 1024 * 1024;

    // Nothing is written into HTML, so '+' of Base64 need not be escaped.
    internal static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly Dictionary<string, RpcMethod> _methods = new(methods, StringComparer.Ordinal);

    /// <summary>Answers a call or a batch. Empty when there is nothing to answer (notifications only).</summary>
    public ReadOnlyMemory<byte> Dispatch(ReadOnlyMemory<byte> body)
    {
        var output = new ArrayBufferWriter<byte>(512);
        if (!Utf8.IsValid(body.Span) || !TryParse(body, out JsonDocument? document))
        {
            Fail(output, default, new RpcException(RpcErrorCode.ParseError, "Parse error"));
            return output.WrittenMemory;
        }

        using (document)
        {
            if (document!.RootElement.ValueKind == JsonValueKind.Array)
                DispatchBatch(document.RootElement, output);
            else
                DispatchCall(document.RootElement, output);
        }

        return output.WrittenMemory;
    }

    private static bool TryParse(ReadOnlyMemory<byte> body, out JsonDocument? document)
    {
        try
        {
            document = JsonDocument.Parse(body);
            return true;
        }
        catch (JsonException)
        {
            document = null;
            return false;
        }
    }

    private void DispatchBatch(JsonElement batch, ArrayBufferWriter<byte> output)
    {
        int count = batch.GetArrayLength();
        if (count == 0 || count > maxBatchCalls)
        {
            string message = $"Invalid request: a batch must have 1 to {maxBatchCalls} calls, got {count}.";
            Fail(output, default, new RpcException(RpcErrorCode.InvalidRequest, message));
            return;
        }

        var answer = new ArrayBufferWriter<byte>(512);
        foreach (JsonElement call in batch.EnumerateArray())
        {
            if (output.WrittenCount > MaxBatchAnswerBytes)
            {
                RefuseCall(call, output);
                continue;
            }

            answer.ResetWrittenCount();
            DispatchCall(call, answer);
            if (answer.WrittenCount == 0)
                continue;
            output.Write(output.WrittenCount == 0 ? "["u8 : ","u8);
            output.Write(answer.WrittenSpan);
        }

        if (output.WrittenCount > 0)
            output.Write("]"u8);
    }

    private void RefuseCall(JsonElement call, ArrayBufferWriter<byte> output)
    {
        string message = $"The batch's answers are longer than {MaxBatchAnswerBytes} bytes: send fewer calls together.";
        if (IdOf(call) is not { ValueKind: not JsonValueKind.Undefined } id)
            return;
        output.Write(","u8);
        Fail(output, id, new RpcException(RpcErrorCode.InvalidRequest, message));
    }

    private void DispatchCall(JsonElement call, ArrayBufferWriter<byte> output)
    {
        counters.Calls.Increment();
        JsonElement id = IdOf(call);
        bool isValidId = id.ValueKind
            is JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.String or JsonValueKind.Number;
        bool isVersion2 = call.MemberOrNull("jsonrpc")?.TextOrNull() == "2.0";
        if (call.MemberOrNull("method")?.TextOrNull() is not { } name || !isValidId || !isVersion2)
        {
            string message = "Invalid request: expected an object with 'jsonrpc' \"2.0\", 'id', 'method' and 'params'.";
            Fail(output, isValidId ? id : default, new RpcException(RpcErrorCode.InvalidRequest, message));
            return;
        }

        // A call without id is a notification: it is carried out and not answered.
        bool isNotification = id.ValueKind == JsonValueKind.Undefined;
        var result = new AnswerBuffer(MaxAnswerBytes);
        RpcException? error = Invoke(name, call.MemberOrNull("params") ?? default, result);
        if (isNotification)
            return;
        if (error is null)
            Succeed(output, id, result.WrittenSpan);
        else
            Fail(output, id, error);
    }

    private RpcException? Invoke(string name, JsonElement parameters, AnswerBuffer result)
    {
        if (!_methods.TryGetValue(name, out RpcMethod? method))
            return new RpcException(RpcErrorCode.MethodNotFound, "Method not found");
        try
        {
            using var writer = new Utf8JsonWriter(result, WriterOptions);
            method(new RpcParameters(parameters), writer);
            return null;
        }
        catch (RpcException exception)
        {
            return exception;
        }
        catch (Exception)
        {
            // The edge of the process: whatever went wrong, the client gets no stack trace and the server goes on.
            counters.InternalErrors.Increment();
            return new RpcException(RpcErrorCode.InternalError, "Internal error");
        }
    }

    /// <summary>The call's id, which may be null; undefined when there is none.</summary>
    private static JsonElement IdOf(JsonElement call)
    {
        if (call.ValueKind != JsonValueKind.Object)
            return default;
        try
        {
            bool isGiven = call.TryGetProperty("id", out JsonElement id);
            return isGiven ? id : default;
        }
        catch (InvalidOperationException)
        {
            // A member name with a lone surrogate cannot be compared.
            return default;
        }
    }

    private static void Succeed(ArrayBufferWriter<byte> output, JsonElement id, ReadOnlySpan<byte> result)
    {
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("jsonrpc"u8, "2.0"u8);
        writer.WritePropertyName("result"u8);
        writer.WriteRawValue(result, skipInputValidation: true);
        WriteId(writer, id);
        writer.WriteEndObject();
    }

    private void Fail(ArrayBufferWriter<byte> output, JsonElement id, RpcException error)
    {
        counters.Errors.Increment();
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("jsonrpc"u8, "2.0"u8);
        writer.WriteStartObject("error"u8);
        writer.WriteNumber("code"u8, error.Code);
        writer.WriteString("message"u8, error.Message);
        if (error.WriteData is { } writeData)
        {
            writer.WritePropertyName("data"u8);
            writeData(writer);
        }

        writer.WriteEndObject();
        WriteId(writer, id);
        writer.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter writer, JsonElement id)
    {
        writer.WritePropertyName("id"u8);
        if (id.ValueKind == JsonValueKind.Undefined)
            writer.WriteNullValue();
        else
            writer.WriteRawValue(id.GetRawText(), skipInputValidation: true);
    }
}
