using Confluent.Kafka;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// An admin client that is replaced after it has failed. librdkafka's remembers who leads a partition, and in which epoch, for a
/// quarter of an hour, and asks again of no topic by itself: when a broker has died and come back, its leaders refuse the former
/// epoch every time (<c>FENCED_LEADER_EPOCH</c>). Safe for concurrent use.
/// </summary>
internal sealed class AdminConnection(KafkaClients clients) : IDisposable
{
    private readonly Lock _gate = new();
    private Session? _current;
    private bool _isDisposed;

    /// <summary>Asks; throws what the client throws. Who no longer waits leaves the request to end by itself.</summary>
    public async Task<T> AskAsync<T>(Func<IAdminClient, Task<T>> ask, CancellationToken cancel)
    {
        var session = Enter();
        var asking = AskAsync(session, ask);
        try
        {
            return await asking.WaitAsync(cancel);
        }
        catch (OperationCanceledException) when (!asking.IsCompleted)
        {
            _ = asking.ContinueWith(static a => a.Exception, TaskScheduler.Default);
            throw;
        }
    }

    public void Dispose()
    {
        Session? last;
        lock (_gate)
        {
            _isDisposed = true;
            (last, _current) = (_current, null);
        }

        if (last is not null)
        {
            Leave(last);
        }
    }

    private async Task<T> AskAsync<T>(Session session, Func<IAdminClient, Task<T>> ask)
    {
        // Neither runs on the client's own thread, which cannot dispose of itself.
        await Task.Yield();
        try
        {
            return await ask(session.Client);
        }
        catch (KafkaException)
        {
            await Task.Yield();
            Retire(session);
            throw;
        }
        finally
        {
            await Task.Yield();
            Leave(session);
        }
    }

    private Session Enter()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _current ??= new Session(clients.Admin());
            _current.Users++;
            return _current;
        }
    }

    private void Retire(Session session)
    {
        lock (_gate)
        {
            if (_current != session)
            {
                return;
            }

            _current = null;
        }

        Leave(session);
    }

    // Its being the current one counts as a use.
    private void Leave(Session session)
    {
        lock (_gate)
        {
            if (--session.Users > 0)
            {
                return;
            }
        }

        session.Client.Dispose();
    }

    private sealed class Session(IAdminClient client)
    {
        public IAdminClient Client => client;

        /// <summary>Requests under way, and one more while it is the current session.</summary>
        public int Users { get; set; } = 1;
    }
}
