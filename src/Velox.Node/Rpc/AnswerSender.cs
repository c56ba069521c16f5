using Microsoft.AspNetCore.Http;

namespace Velox.Node;

/// <summary>Sends answers to HTTP clients, and bounds the memory that clients who do not read them can hold.</summary>
internal sealed class AnswerSender(long maxWaitingBytes, RpcCounters counters)
{
    /// <summary>How long a client may read nothing before its rate counts.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // The server copies what it is given until the client has taken it, so it is given a piece at a time.
    private const int PieceBytes = 64 * 1024;

    private long _waitingBytes;

    /// <summary>Sends an answer; HTTP 503 in its place when too much waits for other clients already.</summary>
    internal async Task SendAsync(HttpContext http, ReadOnlyMemory<byte> answer)
    {
        // Answers of one piece always go: the number of connections bounds them.
        long counted = answer.Length > PieceBytes ? answer.Length : 0;
        try
        {
            if (Interlocked.Add(ref _waitingBytes, counted) > maxWaitingBytes && counted > 0)
                Refuse(http);
            else
                await WriteAsync(http, answer);
        }
        finally
        {
            Interlocked.Add(ref _waitingBytes, -counted);
        }
    }

    private static async Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> answer)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = answer.Length;
        for (int sent = 0; sent < answer.Length; sent += PieceBytes)
        {
            int length = Math.Min(PieceBytes, answer.Length - sent);
            await http.Response.Body.WriteAsync(answer.Slice(sent, length), http.RequestAborted);
        }
    }

    private void Refuse(HttpContext http)
    {
        counters.RefusedAnswers.Increment();
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
    }
}
