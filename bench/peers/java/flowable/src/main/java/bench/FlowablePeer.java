package bench;

import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.flowable.common.engine.impl.persistence.StrongUuidGenerator;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.RuntimeService;
import org.flowable.engine.TaskService;
import org.flowable.engine.impl.cfg.StandaloneProcessEngineConfiguration;
import org.flowable.task.api.Task;

/**
 * Flowable embedded, as it ships (history level "audit"), but with ids that take no connection of their own:
 * a pool with fewer connections than threads would stand still.
 */
public final class FlowablePeer {
    private FlowablePeer() {}

    public static void main(String[] arguments) throws Exception {
        Load.run(arguments, FlowablePeer::engine);
    }

    private static Runnable engine(DataSource source) {
        StandaloneProcessEngineConfiguration configuration = new StandaloneProcessEngineConfiguration();
        configuration.setDataSource(source);
        configuration.setDatabaseSchemaUpdate(StandaloneProcessEngineConfiguration.DB_SCHEMA_UPDATE_TRUE);
        configuration.setIdGenerator(new StrongUuidGenerator());
        ProcessEngine engine = configuration.buildProcessEngine();
        engine.getRepositoryService().createDeployment().addClasspathResource(Load.MODEL).deploy();
        RuntimeService instances = engine.getRuntimeService();
        TaskService tasks = engine.getTaskService();
        return () -> {
            String id = instances.startProcessInstanceByKey(Load.PROCESS, Map.of("amount", Load.AMOUNT)).getId();
            // Ids of tasks are new in each instance: whoever completes them must ask for them.
            List<Task> open = tasks.createTaskQuery().processInstanceId(id).list();
            for (Task task : open) {
                tasks.complete(task.getId());
            }
            if (open.size() != 2) {
                throw new IllegalStateException("the process did not come to its two tasks");
            }
        };
    }
}
